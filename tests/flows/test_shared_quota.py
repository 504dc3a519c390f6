"""The quota in the hands of others: another program with the same token, and plans that change under way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from scenarios.runner.stage import Stage

Play = Callable[..., None]
MINUTE = 60.0
# What the other program asks; the connector asks it once, when it connects.
THEIRS = "info.php"


def _calls(stage: Stage) -> list[dict[str, Any]]:
    return [e for e in stage.erp.journal if e["kind"] == "call"]


def _ours(stage: Stage, since: datetime) -> Counter[int]:
    """The connector's calls in each minute from then on."""
    moments = [datetime.fromisoformat(e["at"]) for e in _calls(stage) if e["service"] != THEIRS]
    return Counter(int((moment - since).total_seconds() // MINUTE) for moment in moments if moment >= since)


def _blocked(stage: Stage) -> list[datetime]:
    """When the connector was blocked."""
    mine = [e for e in _calls(stage) if e["service"] != THEIRS and e["code"] in (6, 11)]
    return [datetime.fromisoformat(e["at"]) for e in mine]


async def _somebody_else(stage: Stage, every: float) -> None:
    """Another program that asks with the same token, and asks again when it is blocked."""
    form = {"token": stage.erp.token, "formato": "json"}
    while True:
        async with stage.http.post(f"{stage.erp_url}{THEIRS}", data=form) as answer:
            await answer.read()
        await stage.clock.sleep(every)


@pytest.mark.slow
def test_beside_another_program_the_rest_of_the_quota_is_used_and_all_of_it_when_that_has_gone(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_connection("connected")
        began = stage.clock.now()
        other = asyncio.create_task(_somebody_else(stage, 3.0))
        await stage.clock.sleep(16 * MINUTE)
        other.cancel()
        with suppress(asyncio.CancelledError):
            await other
        with_other = len(_blocked(stage))
        await stage.clock.sleep(20 * MINUTE)
        used = _ours(stage, began)
        # The other one makes twenty of sixty calls: forty are left, less what trying for more costs.
        assert sum(used[m] for m in range(16)) >= 0.7 * 40 * 16
        # The first block, and one after 2, 4 and 8 minutes and the steps; a call under way may be blocked with each.
        assert 1 <= with_other <= 8
        assert len(_blocked(stage)) == with_other
        assert min(used[m] for m in range(33, 35)) >= 0.97 * 60

    play(story, erp={"products": 1200, "plan": "evoluir", "variations_share": 0.0})


@pytest.mark.slow
def test_a_higher_plan_is_used_at_once_and_a_lower_one_after_one_blocked_answer(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_connection("connected")
        await stage.clock.sleep(5 * MINUTE)
        raised = stage.clock.now()
        await stage.erp_door.send("PATCH", "", {"plan": "potencializar"})
        await stage.clock.sleep(6 * MINUTE)
        assert min(_ours(stage, raised)[m] for m in range(2, 6)) >= 0.97 * 120
        assert _blocked(stage) == []
        lowered = stage.clock.now()
        await stage.erp_door.send("PATCH", "", {"plan": "evoluir"})
        await stage.clock.sleep(10 * MINUTE)
        assert len(_blocked(stage)) <= 2
        assert min(_ours(stage, lowered)[m] for m in range(3, 9)) >= 0.97 * 60

    play(story, erp={"products": 1000, "plan": "evoluir", "variations_share": 0.0}, shop={"bucket": False})
