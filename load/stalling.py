"""Stop processes for some seconds, as a long pause of their machine would.

It is done by a process of its own, in a session of its own: whatever ends the run closes the pipe between them, and
then what was stopped goes on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

# Nobody stops these: all processes, those of a group, the system's first, and whoever would have to let them go on.
_FIRST = 1


def why_not(pid: int) -> str | None:
    """Why a process cannot be stopped; None if it can."""
    if pid <= _FIRST or pid == os.getpid():
        return "is no process of a target"
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError) as error:
        return "is no process of yours" if isinstance(error, PermissionError) else "is no process that runs"
    return None


def stall(pids: Sequence[int], until: Callable[[], None], while_stopped: Callable[[], None]) -> str | None:
    """Stop them after `until`, let them go on after `while_stopped`; why it did not happen, None if it did."""
    # Isolated: this folder's modules are not to be taken for others.
    command = [sys.executable, "-I", __file__, *map(str, pids)]
    helper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert helper.stdin is not None and helper.stdout is not None
    try:
        until()
        helper.stdin.write(b"\n")
        helper.stdin.flush()
        told = helper.stdout.readline().decode().strip()
        if told != "stopped":
            return told or "what stops them has ended"
        while_stopped()
        return None
    except OSError as error:
        return f"what stops them has ended ({error.strerror})"
    finally:
        with suppress(OSError):
            helper.stdin.close()
        helper.wait()
        helper.stdout.close()
        if helper.returncode:
            _go_on(pids)


def _go_on(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, signal.SIGCONT)


def _stop(pids: Sequence[int]) -> str:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError as error:
            return f"process {pid} cannot be stopped ({error.strerror})"
    return "stopped"


def _help(pids: Sequence[int]) -> None:
    """The process beside: a line of its input stops them, the end of its input lets them go on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if not sys.stdin.readline():
        return
    try:
        told = _stop(pids)
        if told != "stopped":
            _go_on(pids)
        # Nobody listens any more: then the input has ended, too.
        with suppress(OSError):
            print(told, flush=True)
        sys.stdin.read()
    finally:
        _go_on(pids)


if __name__ == "__main__":
    _help([int(text) for text in sys.argv[1:]])
