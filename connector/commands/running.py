"""How a command uses a connector that neither answers nor works, and how it ends where it cannot."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

import typer

from connector.app import Connector
from connector.core.errors import ConnectorError
from connector.settings import SettingsError, load
from connector.store.engine import DatabaseError


def fail(message: str, status: int = 1) -> NoReturn:
    """End with one line that says what is wrong."""
    print(f"connector: {message}", file=sys.stderr)
    raise typer.Exit(status)


def run(deed: Callable[[Connector], Awaitable[None]]) -> None:
    """Do something with the database and both sides' calls; what it enqueues is worked off by `connector serve`."""
    try:
        asyncio.run(_with_connector(deed))
    except SettingsError as error:
        for problem in error.problems:
            print(f"connector: {problem}", file=sys.stderr)
        fail(f"{len(error.problems)} problem(s) in the configuration; `connector check` tells them again", 2)
    except (DatabaseError, ConnectorError) as error:
        fail(str(error))


async def _with_connector(deed: Callable[[Connector], Awaitable[None]]) -> None:
    connector = Connector(load())
    try:
        await deed(connector)
    finally:
        await connector.close()
