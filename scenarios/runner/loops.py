"""The event loops on which stories are played in virtual time."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING

import looptime

if TYPE_CHECKING:
    from collections.abc import Callable

    _Ready = list[tuple[selectors.SelectorKey, int]]

# Time jumps after some forty fruitless looks in a row: so this is waited twice before each jump.
_LOOKS = 20
_WAIT = 0.005


def virtual(*, is_crowded: bool) -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes a loop whose time jumps; `is_crowded` where many such loops share the processors."""
    return _patient if is_crowded else looptime.new_event_loop


def _patient() -> asyncio.AbstractEventLoop:
    return looptime.patch_event_loop(asyncio.SelectorEventLoop(_PatientSelector()))


class _PatientSelector(selectors.DefaultSelector):
    """Gives the system time to deliver what is under way between two sockets of the same program.

    It does so while the sender sends, unless others want the processor: then it comes a little later, and a loop that
    sees nothing meanwhile would let its time jump, and have a call time out that was about to be answered.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fruitless = 0

    def select(self, timeout: float | None = None) -> _Ready:
        self._fruitless += 1
        if self._fruitless == _LOOKS and timeout == 0:
            self._fruitless, timeout = 0, _WAIT
        ready = super().select(timeout)
        if ready:
            self._fruitless = 0
        return ready
