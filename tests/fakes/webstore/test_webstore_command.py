"""The command line, as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fake_webstore", "serve", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("option", ["--port", "--door-port"])
def test_a_port_in_use_is_told_in_one_line(option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        other = "--door-port" if option == "--port" else "--port"
        done = run(option, number, other, "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"choose another with {option}" in done.stderr


def test_a_bad_clock_is_told_in_one_line() -> None:
    done = run("--clock", "sundial")
    assert done.returncode == 2
    assert done.stderr.startswith("fake-webstore: clock 'sundial'")
    assert done.stderr.count("\n") == 1


def test_it_says_where_it_listens_and_stops_on_a_signal() -> None:
    command = [sys.executable, "-m", "fake_webstore", "serve", "--port", "0", "--door-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert line.startswith("fake-webstore: site http://127.0.0.1:")
    assert "control door http://127.0.0.1:" in line
