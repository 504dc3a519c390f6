"""What a Ctrl-C, a SIGTERM or a closed terminal does to `python -m load`.

The first ends a load that is under way in good order: what was sent is judged. Another one, or one before the load,
ends everything at once. What is told after that changes nothing: the programs are being stopped.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(Exception):
    """At once, and nothing was judged."""


class Ending:
    """Stands for the wish to end. Where it `is_told`, nothing more begins."""

    def __init__(self) -> None:
        self.is_told = False
        self._load: asyncio.subprocess.Process | None = None

    @contextmanager
    def of(self, load: asyncio.subprocess.Process) -> Iterator[None]:
        """While this process loads and judges, the first wish is passed on to it."""
        self._load = load
        try:
            yield
        finally:
            self._load = None

    def tell(self, everything: asyncio.Task[int]) -> None:
        """Somebody wants it to end."""
        if self._load is not None and self._load.returncode is None and not self.is_told:
            print("load: ending early, what was sent is judged; once more ends at once …", file=sys.stderr, flush=True)
            self._load.terminate()
        elif not everything.cancelling():
            everything.cancel()
        self.is_told = True


def until_told(run: Callable[[Ending], Coroutine[Any, Any, int]]) -> int:
    """The status of a run, which may be told to end. Raises Ended."""
    try:
        return asyncio.run(_until_told(run))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Ended from None
    finally:
        # What is left to do is done quickly, and to its end.
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)


async def _until_told(run: Callable[[Ending], Coroutine[Any, Any, int]]) -> int:
    ending = Ending()
    everything = asyncio.ensure_future(run(ending))
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, ending.tell, everything)
    return await everything


def end_by_signal() -> None:
    """Where no loop runs yet: every signal raises Ended."""

    def end(*_: object) -> NoReturn:
        raise Ended

    for number in SIGNALS:
        signal.signal(number, end)
