"""`connector serve --workers N`: several accepting processes on one port (SO_REUSEPORT), started again when they die.

The parent only watches. Its children end when it does, also when it is killed: each watches its standard input,
which the parent holds open.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable

# Real seconds. A child that dies again at once must not keep the machine busy.
_AGAIN = 1.0
_LAST_WORD = 10.0

READY = b"ready\n"


class NotReady(Exception):
    """A child ended before it could serve; what it said stands above."""


class Supervisor:
    """Keeps `count` children of `connector` with these arguments running until told to stop."""

    def __init__(self, count: int, arguments: list[str], say: Callable[[str], None]) -> None:
        self._count = count
        self._arguments = arguments
        self._say = say
        self._stop = asyncio.Event()
        self._children: set[Process] = set()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises NotReady where not even the first children can serve."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, self._stop.set)
        try:
            first = await asyncio.gather(*(self._start() for _ in range(self._count)))
            if not all(is_ready for _, is_ready in first):
                raise NotReady
            self._say(f"{self._count} processes ready")
            watches = [asyncio.create_task(self._keep(child)) for child, _ in first]
            await self._stop.wait()
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
        finally:
            await asyncio.gather(*(self._end(child) for child in list(self._children)))

    async def _start(self) -> tuple[Process, bool]:
        """A child, and whether it came to serve."""
        command = (sys.executable, "-m", "connector", *self._arguments)
        child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, start_new_session=True)
        self._children.add(child)
        assert child.stdout is not None
        return child, await child.stdout.readline() == READY

    async def _keep(self, child: Process) -> None:
        while True:
            status = await child.wait()
            self._children.discard(child)
            self._say(f"process {child.pid} ended with status {status} and is started again")
            await asyncio.sleep(_AGAIN)
            child, _ = await self._start()

    async def _end(self, child: Process) -> None:
        if child.returncode is None:
            child.terminate()
        try:
            async with asyncio.timeout(_LAST_WORD):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()


def watch_parent(stop: Callable[[], None]) -> None:
    """In a child: tell the parent that it serves, and stop when the parent is gone."""
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()

    def gone() -> None:
        if not os.read(sys.stdin.fileno(), 1):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            stop()

    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), gone)
