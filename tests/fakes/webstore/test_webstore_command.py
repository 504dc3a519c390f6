"""The command `fake-webstore`: it starts, says where it is, stops at once, and explains why it cannot start."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest


def run(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fake_webstore", "serve", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def failed(*options: str) -> tuple[int, str]:
    """Exit status and what was said on stderr."""
    _, said = (process := run(*options)).communicate(timeout=30)
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_stops_cleanly_on_a_signal(number: int) -> None:
    process = run("--port", "0", "--door-port", "0", "--world", "loja", "--products", "5", "--orders", "3")
    assert process.stdout is not None
    found = re.fullmatch(
        r"fake Webstore ready: site (http://127.0.0.1:\d+) door (http://127.0.0.1:\d+/__fake__/)\n",
        process.stdout.readline(),
    )
    assert found
    with urllib.request.urlopen(f"{found[2]}worlds/loja") as answer:
        world = json.load(answer)
    assert world["base_url"] == f"{found[1]}/loja"
    assert [(store["products"], store["orders"]) for store in world["stores"]] == [(5, 3)]
    process.send_signal(number)
    _, said = process.communicate(timeout=5)
    assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize("option", ["--port", "--door-port"])
def test_a_port_in_use_is_one_line_that_says_what_to_do(option: str) -> None:
    other = {"--port": "--door-port", "--door-port": "--port"}[option]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, said = failed(option, port, other, "0")
    assert status == 1
    assert said == (
        f"fake-webstore: port {port} of 127.0.0.1 is in use: stop the program that has it or choose another with "
        f"{option}\n"
    )


@pytest.mark.parametrize(
    ("options", "status", "hint"),
    [
        (["--clock", "sundial"], 1, "clock"),
        (["--world", "Loja"], 1, "world name"),
        (["--world", "loja", "--orders", "3"], 1, "orders need products"),
        (["--world", "loja", "--products", "999999"], 1, "products must be"),
        (["--port", "high"], 2, "--port"),
        (["--port", "70000"], 2, "--port"),
        (["--porta", "1"], 2, "--porta"),
        (["--tls-cert", "README.md"], 1, "belong together"),
    ],
)
def test_a_bad_option_is_one_line_and_no_traceback(options: list[str], status: int, hint: str) -> None:
    got, said = failed(*options)
    assert (got, said.count("\n")) == (status, 1)
    assert hint in said
