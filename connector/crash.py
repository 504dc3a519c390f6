"""Named points at which the program can be made to die: before and after each commit and each call.

Off unless one is asked for, by `CONNECTOR_CRASH_AT` (the process kills itself) or by a test that plays in
one process (whatever still runs of the connector can neither commit nor call from then on).
A name is `before-commit:`, `after-commit:` with the function that writes, such as `order.begin_sending`, or
`before-call:`, `after-call:` with the call, such as `pedido.incluir.php`; `#2` behind it means the second time.
"""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Callable

_NAME = re.compile(r"(?:before|after)-(?:commit|call):[^#]+(?:#[1-9][0-9]*)?")


class Crashed(BaseException):
    """The program died here. No `except Exception` is to catch it, since a dead program handles nothing."""


def is_name(text: str) -> bool:
    """Whether it has the form of a point's name."""
    return _NAME.fullmatch(text) is not None


def kill() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class CrashPoints:
    """Counts the points that are passed; at the one asked for calls `die`, after which none can be passed."""

    def __init__(self, wanted: str | None = None, die: Callable[[], None] = kill) -> None:
        self.passed: Counter[str] = Counter()
        self.is_dead = False
        self._die = die
        self.want(wanted)

    def want(self, name: str | None) -> None:
        """Die at this point, the next time or as often later as the name says; None: nowhere."""
        point, _, count = (name or "").partition("#")
        self._wanted = point
        self._left = int(count or 1)

    def __call__(self, name: str) -> None:
        """Pass a point. Raises Crashed if the program dies there, or has died before."""
        if self.is_dead:
            raise Crashed(name)
        self.passed[name] += 1
        if name != self._wanted:
            return
        self._left -= 1
        if self._left == 0:
            self.is_dead = True
            self._die()
            raise Crashed(name)
