"""The command line as an engineer meets it: a program of its own, with nothing but the variables given."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.store import schema, stores
from connector.store.engine import make_engine
from connector.vault import Vault, new_key
from scenarios.harness.clock import RealClock

SECRET = "s3gr3d0-da-loja"


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    """A configuration without a mistake, in a folder of its own."""
    return {
        "CONNECTOR_PUBLIC_URL": "https://conector.example",
        "CONNECTOR_WEBSTORE_URL": "https://loja.example",
        "CONNECTOR_APP_ID": "1001",
        "CONNECTOR_APP_SECRET": SECRET,
        "CONNECTOR_KEYS": new_key(),
        "CONNECTOR_DATABASE_URL": f"sqlite:///{tmp_path / 'connector.sqlite3'}",
        "CONNECTOR_PORT": str(_free_port()),
    }


@pytest.fixture
def rows(good: dict[str, str]) -> Iterator[Callable[[], AbstractContextManager[sa.Connection]]]:
    """A transaction on the database, in which store 7 has the app."""
    schema.migrate(good["CONNECTOR_DATABASE_URL"])
    engine, vault = make_engine(good["CONNECTOR_DATABASE_URL"]), Vault([good["CONNECTOR_KEYS"]])
    door = {"door": vault.seal("old"), "door_mark": vault.mark("old")}
    with engine.begin() as c:
        stores.install(c, 7, api_url="x", bearer="b", now=RealClock().now(), **door)
    yield engine.begin
    engine.dispose()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def _environment(variables: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "300", **variables}


@pytest.fixture
def connector(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command to its end; there is never a traceback, and a secret is never quoted."""

    def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            [sys.executable, "-m", "connector", *command],
            env=_environment(variables),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = ended.stdout + ended.stderr
        assert "Traceback" not in told, told
        keys = variables.get("CONNECTOR_KEYS", "").split(",")
        assert not any(secret in told for secret in (SECRET, *keys) if secret), told
        return ended

    return run


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command and wait until it says that it is ready; what still runs is ended afterwards."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "connector", *command],
            env=_environment(variables),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "ready" in line, line + process.stderr.read()
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
