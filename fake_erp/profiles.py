"""What a world does to a share of its messages on their way (order webhooks §9; observed, Notifications), and of the
calls that it gets (transport §3.1).

Whether a message or call is struck depends on the world's seed and its number alone, so that the same run has the same
disorder. Faults by exact count (`faults`) come first.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from scenarios.harness.faults import Fault

if TYPE_CHECKING:
    from fake_erp.deliveries import Delivery
    from fake_erp.worlds import ErpWorld

IN_ORDER = "in_order"

# What each profile does to the messages that it strikes, in the words of `faults`, which needs the settings.
_DOES = {
    "reordered": "reorder",
    "duplicated": "duplicate",
    "late": "late",
    "burst": "burst",
    "lost_answer": "answer_lost",
}
NAMES = (IN_ORDER, *_DOES)

CALM, ROUGH = "calm", "rough"
CALLS = (CALM, ROUGH)
# In the words of `faults`: what a call meets in practice besides an answer.
_TROUBLES = ("html_502", "empty_body", "cut", "stall", "answer_lost")
_ONE_CALL_IN = 10
# Longer than most clients wait.
_STALL_SECONDS = 45

# One message in so many is struck.
_ONE_IN = 4
_LATEST_SECONDS = 600
# What is struck within such a stretch of the world's clock leaves at its end.
_BURST_EVERY_SECONDS = 60


def trouble(world: ErpWorld, call: int) -> Fault | None:
    """What the world's profile does to the call with this number in the journal, if anything."""
    if world.settings.call_profile == CALM:
        return None
    random = Random(f"{world.origin}:call:{call}")
    if random.randrange(_ONE_CALL_IN):
        return None
    what = random.choice(_TROUBLES)
    return Fault("*", what, with_={"seconds": _STALL_SECONDS} if what == "stall" else {})


def disturbance(world: ErpWorld, delivery: Delivery) -> Fault | None:
    """What the world's profile does to the first attempt of a message, if anything."""
    what = _DOES.get(world.settings.delivery_profile)
    if what is None or delivery.tries or delivery.disturbed:
        return None
    random = Random(f"{world.origin}:delivery:{delivery.id}")
    if random.randrange(_ONE_IN):
        return None
    seconds: dict[str, int | float] = {}
    if what == "late":
        seconds["seconds"] = random.randint(1, _LATEST_SECONDS)
    elif what == "burst":
        seconds["seconds"] = _BURST_EVERY_SECONDS - world.clock.now().timestamp() % _BURST_EVERY_SECONDS
    return Fault(delivery.kind, what, with_=seconds)
