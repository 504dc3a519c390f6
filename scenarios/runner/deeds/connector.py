"""What happens to the connector's process; and time that passes."""

from __future__ import annotations

from connector.crash import is_name
from scenarios.runner import durations
from scenarios.runner.scene import Scene
from scenarios.runner.vocabulary import DURATION, CannotPlay, Given, Schema, Vocabulary

DEEDS = Vocabulary()

_DOWN: Schema = {**DURATION, "description": "how long until it is started again, 10s if not given"}


@DEEDS.deed("connector", "is_killed", down=_DOWN)
async def is_killed(scene: Scene, given: Given) -> str:
    """The process dies at once, as by SIGKILL, and is started again."""
    down = given.get("down", "10s")
    await scene.theatre.connector.kill(durations.seconds(down))
    return f"down for {down}"


@DEEDS.deed(
    "connector",
    "dies_at",
    required=("point",),
    point={
        "type": "string",
        "maxLength": 200,
        "description": "a named point such as after-call:pedido.incluir.php or before-commit:order.remember#2",
    },
    down=_DOWN,
)
async def dies_at(scene: Scene, given: Given) -> str:
    """The process dies when it next passes a named point, and is started again."""
    if not is_name(given["point"]):
        raise CannotPlay(
            f"{given['point']!r} is no point: write before- or after-, commit: or call:, and what, "
            "such as after-call:pedido.incluir.php"
        )
    await scene.theatre.connector.die_at(given["point"], durations.seconds(given.get("down", "10s")))
    return str(given["point"])


@DEEDS.deed("connector", "stops")
async def stops(scene: Scene, _: Given) -> str:
    """The process is stopped in good order, as for an update."""
    await scene.theatre.connector.stop()
    return "in good order"


@DEEDS.deed("connector", "starts")
async def starts(scene: Scene, _: Given) -> str:
    """The process is started on its database."""
    await scene.theatre.connector.start()
    return "on its database"


@DEEDS.deed("clock", "waits", required=("for",), for_={**DURATION, "description": "how long, such as 11h"})
async def waits(scene: Scene, given: Given) -> str:
    """Nothing is done for a while."""
    await scene.clock.sleep(durations.seconds(given["for"]))
    return str(given["for"])
