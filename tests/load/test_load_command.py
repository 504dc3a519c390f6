"""`python -m load`: the bundled target, loaded and judged, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SMALL = (
    "--accounts",
    "2",
    "--catalogue",
    "20",
    "--rate",
    "30",
    "--seconds",
    "10",
    "--shape",
    "constant:100",
    "--noise",
    "0",
)
# The machine may be busy: of the target only what is lost, doubled or wrong counts here.
PATIENT = [
    part
    for name in ("latency_p99_ms", "freshness_p99_s", "drain_s", "generator_lag_p99_ms", "generator_cpu_share")
    for part in ("--budget", f"{name}=off")
]


def _load(folder: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    command = [sys.executable, "-m", "load", "--folder", str(folder), *SMALL, *PATIENT, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    outcome = folder / "outcome.json"
    return ended.returncode, ended.stderr, json.loads(outcome.read_text()) if outcome.exists() else {}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_load_on_postgresql_with_orders_and_situations_passes(tmp_path: Path) -> None:
    code, said, outcome = _load(tmp_path, "--database", "postgresql", "--orders", "2", "--situations", "2")
    assert code == 0, said
    assert outcome["verdict"] == "pass" and outcome["unchecked"] == []
    assert sum(outcome["fates"].values()) == 1000
    assert outcome["orders"]["count"] > 5
    assert [account["name"] for account in outcome["accounts"]] == ["empresa-1", "empresa-2"]
    assert {"report.html", "junit.xml", "locust.html", "locust_stats.csv"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_connector_that_drops_one_message_in_a_thousand_fails_and_the_message_is_named(tmp_path: Path) -> None:
    code, said, outcome = _load(tmp_path, "--planted", "one_in_a_thousand", "--malformed", "0", "--noisy", "0.5")
    assert code == 1, said
    (lost,) = outcome["bad"]
    assert "lost: accepted, and not on the connector's record" in lost
    assert f"BAD  {lost}" in said and "Verdict: fail" in said


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_is_lost_under_stock_locust_fails_the_whole_and_is_not_covered_by_the_second_run(tmp_path: Path) -> None:
    code, said, outcome = _load(tmp_path, "--planted", "one_in_a_thousand", "--malformed", "0", "--freeze", "1:0.2")
    assert code == 1, said
    assert outcome == {} and f"1 lost, doubled or wrong under stock Locust: see {tmp_path / 'closed'}" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--planted", "none"), "one_in_a_thousand"),
        (("--connections", "many"), "invalid int value: 'many'"),
        (("--accounts", "0"), "--accounts must be between 1 and 500"),
        (("--catalogue", "0"), "--catalogue must be between 1 and 100000"),
        (("--rate", "nan"), "--rate must be between 1 and 1000"),
        (("--database", "postgresql", "--workers", "0"), "--workers must be between 1 and 64"),
        (("--postgres", "postgresql:///x"), "--postgres needs --database postgresql"),
        (("--database", "postgresql", "--postgres", "postgresql://x@127.0.0.1:1/x"), "--postgres cannot be used"),
        (("--freeze", "abc"), "--freeze 'abc': give a moment and a length"),
        (("--target", "x.yaml"), "--target is of another target"),
        (("--budget", "nothing=3"), "there is no budget 'nothing'"),
        (("--bogus",), "unrecognized arguments: --bogus"),
        (("--folder", "/proc/here"), "cannot write to the folder /proc/here"),
    ],
)
def test_wrong_options_are_told_before_anything_is_started(arguments: tuple[str, ...], says: str) -> None:
    command = [sys.executable, "-m", "load", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2 and says in ended.stderr.splitlines()[-1]
    assert "Starting" not in ended.stderr and "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == 1 or "usage:" in ended.stderr


@contextmanager
def _at_a_terminal(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run of its own group, as a shell starts it: a Ctrl-C goes to all of the group. `folder` is all of its files."""
    command = [sys.executable, "-m", "load", "--folder", str(folder / "report"), *SMALL, "--seconds", "300", *arguments]
    process = subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(folder)}, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        for pid in _left(folder):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def _left(folder: Path) -> list[int]:
    """The processes that a run has started, and their own, by what they were told of the folder."""
    mark, found = f"TMPDIR={folder}\0".encode(), []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes():
                found.append(int(environment.parent.name))
        except OSError:
            continue
    return found


def _interrupt(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)


def _until_sending(folder: Path) -> None:
    deadline = time.monotonic() + 120
    while not (folder / "report" / "before.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(3)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_ctrl_c_ends_the_load_and_what_was_sent_is_judged(tmp_path: Path) -> None:
    # What was moved in the ERP and is not told any more is not waited for, and no order comes while it is judged.
    calm = ("--shape", "constant:5", "--orders", "2", "--situations", "0")
    with _at_a_terminal(tmp_path, *calm) as run:
        _until_sending(tmp_path)
        _interrupt(run)
        _, said = run.communicate(timeout=150)
        assert _left(tmp_path) == []
    assert run.returncode == 3, said
    assert "Verdict: unknown" in said and "Traceback" not in said
    outcome = json.loads((tmp_path / "report" / "outcome.json").read_text())
    assert outcome["verdict"] == "unknown" and outcome["lateness"]["sent"] > 0
    assert outcome["orders"]["count"] == outcome["office"]["placed"] > 0
    assert {"report.html", "junit.xml"} <= {path.name for path in (tmp_path / "report").iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_second_ctrl_c_ends_everything_at_once(tmp_path: Path) -> None:
    with _at_a_terminal(tmp_path) as run:
        _until_sending(tmp_path)
        _interrupt(run)
        time.sleep(0.3)
        _interrupt(run)
        _, said = run.communicate(timeout=60)
        assert _left(tmp_path) == []
    assert run.returncode == 3, said
    assert said.splitlines()[-1] == "load: ended before anything was judged." and "Traceback" not in said
    assert not (tmp_path / "report" / "outcome.json").exists()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_ctrl_c_while_the_target_is_started_leaves_nothing(tmp_path: Path) -> None:
    with _at_a_terminal(tmp_path) as run:
        assert run.stderr is not None and "Starting" in run.stderr.readline()
        time.sleep(3)
        _interrupt(run)
        _, said = run.communicate(timeout=60)
        assert _left(tmp_path) == []
    assert run.returncode == 3 and said.splitlines() == ["load: ended before anything was judged."]


def test_help_lists_the_options_of_both_kinds() -> None:
    command = [sys.executable, "-m", "load", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert all(option in shown for option in ("--planted", "--shape", "--budget", "--overtaken"))
