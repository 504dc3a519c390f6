"""How a command uses a connector that neither answers nor works, and how it ends where it cannot."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import NoReturn

import typer

from connector.app import Connector
from connector.commands import database
from connector.core.errors import ConnectorError
from connector.settings import Settings, SettingsError, load
from connector.store.engine import DatabaseError


def fail(message: str, status: int = 1) -> NoReturn:
    """End with one line that says what is wrong."""
    print(f"connector: {message}", file=sys.stderr)
    raise typer.Exit(status)


def settings() -> Settings:
    """The configuration, or the end with all its problems."""
    try:
        return load()
    except SettingsError as error:
        for problem in error.problems:
            print(f"connector: {problem}", file=sys.stderr)
        fail(f"{len(error.problems)} problem(s) in the configuration; `connector check` tells them again", 2)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What goes wrong with the database or one of the sides is one line, not a traceback."""
    try:
        yield
    except (DatabaseError, ConnectorError) as error:
        fail(str(error))


def run(deed: Callable[[Connector], Awaitable[None]]) -> None:
    """Do something with the database and both sides' calls; what it enqueues is worked off by `connector serve`."""
    with told():
        asyncio.run(_with_connector(settings(), deed))


async def _with_connector(settings: Settings, deed: Callable[[Connector], Awaitable[None]]) -> None:
    database.require(settings)
    connector = Connector(settings)
    try:
        await deed(connector)
    finally:
        await connector.close()
