"""A stall of real processes: it happens or is told not to have, and whatever ends it, what was stopped goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from load.stalling import stall, why_not

_LOAD_FILE = Path(__file__).parents[2] / "load" / "stock_webhooks.py"
_ENDLESS = "import time\nwhile True: time.sleep(0.05)"


def state(pid: int) -> str:
    """T is stopped; S and R go on."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def until_state(pid: int, wanted: str) -> None:
    deadline = time.monotonic() + 30
    while state(pid) not in wanted:
        assert time.monotonic() < deadline, f"process {pid} is {state(pid)} and not {wanted}"
        time.sleep(0.02)


@contextmanager
def endless() -> Iterator[int]:
    """A process that does nothing for ever."""
    process = subprocess.Popen([sys.executable, "-c", _ENDLESS])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


PLAIN = ("--repeated", "0", "--overtaken", "0", "--unmapped", "0", "--foreign", "0", "--malformed", "0")


@contextmanager
def _load(folder: Path, target: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The load file in `folder`, at a door where nobody listens, with a stall of `target`."""
    (folder / "products.json").write_text('[{"id": 1, "code": "A"}]')
    command = [sys.executable, "-m", "locust", "-f", str(_LOAD_FILE), "--headless", "--only-summary", *PLAIN]
    command += ["--products", str(folder / "products.json"), "--company", "11222333000181", "--integrator-id", "8123"]
    command += ["--folder", str(folder), "--shape", "constant:10", "--stall-pid", str(target), *arguments]
    door = {"CONNECTOR_STOCK_DOOR": "http://127.0.0.1:9/erp/estoque/s3gr3d0"}
    process = subprocess.Popen(command, env={**os.environ, **door}, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_during_a_stall_lets_its_target_go_on_and_is_unknown(
    tmp_path: Path, number: signal.Signals
) -> None:
    with endless() as target, _load(tmp_path, target, "--seconds", "300", "--stall", "0.5:600") as run:
        until_state(target, "T")
        run.send_signal(number)
        _, told = run.communicate(timeout=60)
        until_state(target, "SR")
    assert run.returncode == 3, told
    assert "UNKNOWN  the stall of 600 s at 0.5 s did not come to its end" in told and "Traceback" not in told


def test_a_stall_that_did_not_happen_is_no_stall_and_the_run_is_unknown(tmp_path: Path) -> None:
    free = ("--budget", "error_share=off", "--seconds", "5", "--stall", "4:0.5")
    with endless() as target, _load(tmp_path, target, *free) as run:
        deadline = time.monotonic() + 30
        while not (tmp_path / "before.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(target, signal.SIGKILL)
        os.waitpid(target, 0)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 3, told
    assert f"did not happen: process {target} cannot be stopped" in told and "Traceback" not in told
    assert "stalled for" not in (tmp_path / "report.html").read_text()


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="a process's state is read from /proc")


def test_processes_are_stopped_for_as_long_as_is_said() -> None:
    before: list[str] = []
    with endless() as one, endless() as other:

        def look() -> None:
            until_state(one, "T")
            until_state(other, "T")

        assert stall((one, other), lambda: before.append(state(one)), look) is None
        assert before[0] in "SR"
        until_state(one, "SR")
        until_state(other, "SR")


def test_where_one_of_them_is_gone_none_stays_stopped_and_it_is_told() -> None:
    dead = gone()
    with endless() as one, endless() as other:
        told = stall((one, dead, other), lambda: None, lambda: pytest.fail("this is no stall"))
        assert told == f"process {dead} cannot be stopped (No such process)"
        until_state(one, "SR")
        until_state(other, "SR")


def test_what_was_stopped_goes_on_when_the_run_is_killed() -> None:
    """Nothing of the run gets a chance to let it go on."""
    run = (
        "import sys, time; from load.stalling import stall\n"
        "stall([int(sys.argv[1])], lambda: None, lambda: time.sleep(600))"
    )
    with endless() as target:
        process = subprocess.Popen([sys.executable, "-c", run, str(target)])
        until_state(target, "T")
        process.kill()
        process.wait()
        until_state(target, "SR")


def test_a_signal_to_everybody_at_the_terminal_does_not_end_who_lets_go_on() -> None:
    run = (
        "import signal, sys, time; from load.stalling import stall\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "stall([int(sys.argv[1])], lambda: None, lambda: time.sleep(1))"
    )
    with endless() as target:
        process = subprocess.Popen([sys.executable, "-c", run, str(target)], start_new_session=True)
        until_state(target, "T")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
        until_state(target, "SR")


@pytest.mark.parametrize("pid", [-1, 0, 1, pytest.param(os.getpid(), id="its own")])
def test_whole_groups_the_first_process_and_the_run_itself_are_never_stopped(pid: int) -> None:
    assert why_not(pid) == "is no process of a target"


def test_only_a_process_that_runs_can_be_stopped() -> None:
    assert why_not(gone()) == "is no process that runs"
    assert why_not(10**30) == "is no process that runs"
    with endless() as one:
        assert why_not(one) is None
