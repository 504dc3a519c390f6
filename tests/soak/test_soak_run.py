"""A small soak: everything started, a busy hour played, all that is watched written down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_TINY = ("--shops", "2", "--hours", "1", "--rate", "240", "--products", "8")


@pytest.mark.slow
def test_an_hour_of_two_shops_passes_and_shows_what_was_watched(tmp_path: Path) -> None:
    file = tmp_path / "soak.json"
    ended = soak(*_TINY, "--json", str(file), "--folder", str(tmp_path / "kept"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["verdict"] == "pass"
    assert [sample["hour"] for sample in report["samples"]] == [0.25, 0.5, 0.75, 1.0]
    for sample in report["samples"]:
        assert set(sample["processes"]) == {"serve", "fake-erp", "fake-webstore"}
        assert sample["connector"]["anon_mb"] > 20
        assert sample["connector"]["handles"] > 5
        assert sample["database"]["used_mb"] > 0
        assert sample["erp"]["blocked"] == 0
        assert sample["freshness_s"] is None or sample["freshness_s"] > 0
    last = report["samples"][-1]
    assert last["done"]["orders"] == report["end"]["orders"] > 0
    assert last["database"]["rows"]["sale"] == report["end"]["orders"]
    judged = {finding["name"]: finding["verdict"] for finding in report["findings"]}
    assert judged["both sides"] == judged["backlog"] == judged["quota"] == "pass"
    assert judged["memory"] == "not judged"
    assert {"connector.sqlite3", "serve.log"} <= {kept.name for kept in (tmp_path / "kept").iterdir()}


@pytest.mark.slow
def test_a_connector_that_ends_by_itself_has_failed_and_what_was_seen_is_kept(tmp_path: Path) -> None:
    file, kept = tmp_path / "soak.json", tmp_path / "kept"
    command = [sys.executable, "-m", "scenarios.soak", *_TINY, "--json", str(file), "--folder", str(kept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        said = [running.stdout.readline()]
        while "the day begins" not in said[-1]:
            assert said[-1], said
            said.append(running.stdout.readline())
        time.sleep(6)
        (connector,) = _children_of(running.pid, "connector")
        os.kill(connector, signal.SIGKILL)
        said += running.stdout.readlines()
    assert running.returncode == 1, said
    assert any(line.split()[:2] == ["fail", "connector:"] and "serve ended with status -9" in line for line in said), (
        said
    )
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["verdict"] == "fail" and report["end"] is None and report["samples"][0]["connector"]["anon_mb"] > 20
    assert (kept / "serve.log").exists()


def test_a_ctrl_c_ends_a_soak_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scenarios.soak", *_TINY, "--folder", str(tmp_path / "kept")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and "2 shops" in running.stdout.readline()
        time.sleep(4)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert (running.returncode, told.splitlines()[-1]) == (3, "ended before anything was judged")
    assert "Traceback" not in told


def _children_of(pid: int, module: str) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if module.encode() in _command(child).split(b"\0")]


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--hours", "0"), "--hours must be above 0"),
        (("--keep-hours", "6"), "--keep-hours must be 12 or more"),
        (("--postgres", "postgresql://x"), "--postgres needs --database postgresql"),
        (("--folder", __file__), "--folder must be an empty folder, or a new one"),
        (("--json", "/dev/null/soak.json"), "--json /dev/null/soak.json cannot be written (Not a directory)"),
    ],
)
def test_wrong_use_is_told_with_status_2(arguments: tuple[str, ...], told: str) -> None:
    ended = soak(*arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def soak(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m scenarios.soak`, as `make soak` runs it."""
    command = [sys.executable, "-m", "scenarios.soak", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
