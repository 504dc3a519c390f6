"""What a world does by itself to a share of the calls that it gets and of the messages that it sends.

Whether one is struck depends on the world's seed and on its own number or id, so that the same run has the same
disorder. Faults by exact count come first.
"""

from __future__ import annotations

from random import Random

from scenarios.harness.faults import Fault

CALM, ROUGH = "calm", "rough"
CALLS = (CALM, ROUGH)
# In the words of the faults.
_TROUBLES = ("html_502", "cut", "slow", "answer_lost", "maintenance")
_ONE_CALL_IN = 10
# Longer than most clients wait.
_SLOW_SECONDS = 45

IN_ORDER = "in_order"
_DOES = {"reordered": "reorder", "duplicated": "duplicate", "lost": "drop"}
DELIVERIES = (IN_ORDER, *_DOES)
_ONE_MESSAGE_IN = 4


def trouble(profile: str, origin: str, call: int) -> Fault | None:
    """What happens to the call with this number, if anything."""
    if profile == CALM:
        return None
    random = Random(f"{origin}:call:{call}")
    if random.randrange(_ONE_CALL_IN):
        return None
    what = random.choice(_TROUBLES)
    return Fault("*", what, with_={"seconds": _SLOW_SECONDS} if what == "slow" else {})


def disturbance(profile: str, origin: str, event: str, event_id: str) -> Fault | None:
    """What happens to the first attempt of a message, if anything."""
    what = _DOES.get(profile)
    if what is None or Random(f"{origin}:delivery:{event_id}").randrange(_ONE_MESSAGE_IN):
        return None
    return Fault(event, what)
