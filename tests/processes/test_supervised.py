"""`connector serve --workers 2` on PostgreSQL: its children share the port, die without a loss and leave no trace."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientError, ClientSession, TCPConnector

from connector.store.engine import make_engine
from connector.store.tables import inbox
from fake_erp import extensions
from scenarios.runner.separate import SeparateStage
from tests.processes.told import door, levels, move, tell

RATE = 40.0
PRODUCTS = 30
# Without the change feed, so that nothing but a message tells of a movement.
WITHOUT_FEED = [name for name in extensions.NAMES if name != extensions.LIVE_STOCK]
ERP = {"products": PRODUCTS, "plan": "potencializar", "variations_share": 0.0, "extensions": WITHOUT_FEED}

# Real seconds, for what takes two or three on an idle machine.
PATIENCE = 60.0

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def _states() -> dict[int, tuple[str, int]]:
    """The state and the parent of each process of this machine."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # Behind the name, which may hold anything.
            state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            found[int(folder.name)] = (state, int(parent))
    return found


def _children(stage: SeparateStage) -> set[int]:
    assert stage.process is not None
    return {pid for pid, (state, parent) in _states().items() if parent == stage.process.pid and state != "Z"}


def _living(pids: Iterable[int]) -> set[int]:
    """A process that nobody has buried yet is dead too."""
    states = _states()
    return {pid for pid in pids if states.get(pid, ("Z", 0))[0] != "Z"}


async def _until_ended(stage: SeparateStage, pids: set[int]) -> None:
    async def ended() -> bool:
        return not _living(pids)

    await stage.until(ended, "the end of the processes", seconds=PATIENCE * RATE)


async def _until_two(stage: SeparateStage) -> set[int]:
    async def are_two() -> bool:
        return len(_children(stage)) == 2

    await stage.until(are_two, "two children", seconds=PATIENCE * RATE)
    return _children(stage)


@pytest.fixture
async def stage(tmp_path: Path, postgres_url: str) -> AsyncIterator[SeparateStage]:
    stage = SeparateStage(tmp_path, rate=RATE, command=("serve", "--workers", "2"))
    seen: set[int] = set()
    try:
        await stage.open(erp=ERP, database_url=postgres_url)
        seen = _children(stage)
        yield stage
    finally:
        await stage.close()
        for pid in _living(seen):
            os.kill(pid, signal.SIGKILL)


def _new_connections() -> ClientSession:
    """Each request by a connection of its own: the system hands them to the children by chance."""
    return ClientSession(connector=TCPConnector(force_close=True, limit=0))


async def _answers_alone(stage: SeparateStage, other: int) -> None:
    """While the other child stands still, somebody answers, perhaps one that is only starting."""
    os.kill(other, signal.SIGSTOP)
    asked: set[asyncio.Task[int]] = set()
    try:
        async with _new_connections() as http, asyncio.timeout(PATIENCE):
            done: set[asyncio.Task[int]] = set()
            while not done:
                # Those that the system has handed to the other one hang.
                asked |= {asyncio.create_task(_health(http, stage.url)) for _ in range(8)}
                done, _ = await asyncio.wait(asked, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            assert {task.result() for task in done} == {200}
    finally:
        os.kill(other, signal.SIGCONT)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def _health(http: ClientSession, url: str) -> int:
    async with http.get(f"{url}/health") as answer:
        return answer.status


async def _send_until_kept(http: ClientSession, address: str, message: dict[str, Any]) -> int:
    """What the ERP does: again until it is told 200; how often it was."""
    for tries in range(1, 200):
        with suppress(ClientError):
            if await tell(http, address, message) == 200:
                return tries
        await asyncio.sleep(0.1)
    raise AssertionError("a message was never kept")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


async def test_no_message_is_lost_when_a_child_is_killed_and_it_is_started_again(stage: SeparateStage) -> None:
    await stage.pulled()
    children = await _until_two(stage)
    one, two = children
    await _answers_alone(stage, one)
    await _answers_alone(stage, two)

    products = [p for p in await stage.erp_products() if p["situacao"] == "A"]
    messages = [await move(stage, product, 100 + place) for place, product in enumerate(products)]
    address = await door(stage)
    engine = make_engine(stage.database_url)
    try:
        async with _new_connections() as http:
            with engine.connect() as c:

                async def both_wait() -> bool:
                    return c.scalar(sa.text(_WAITING)) == 2

                # Nothing can be kept while this is held, and both children have something to keep.
                c.execute(sa.text("LOCK TABLE inbox IN EXCLUSIVE MODE"))
                sending = [asyncio.create_task(_send_until_kept(http, address, message)) for message in messages]
                await stage.until(both_wait, "two children with messages to keep", seconds=PATIENCE * RATE)
                os.kill(one, signal.SIGKILL)
                await _until_ended(stage, {one})
            tries = await asyncio.gather(*sending)
    finally:
        engine.dispose()
    assert max(tries) > 1
    kept = stage.rows(sa.select(inbox.c.body).where(inbox.c.source == "erp"))
    assert len(kept) >= len(messages)

    async def shown() -> bool:
        now = await levels(stage)
        return all(now[str(m["dados"]["sku"]).strip()] == m["dados"]["saldo"] for m in messages)

    await stage.until(shown, "every message takes effect", seconds=PATIENCE * RATE)
    after = await _until_two(stage)
    assert two in after and one not in after
    await _answers_alone(stage, two)

    assert stage.process is not None
    stage.process.terminate()
    assert await stage.process.wait() == 0
    assert _living(after) == set()
    assert _is_free(stage.port)


async def test_a_supervisor_that_is_killed_leaves_no_child_behind(stage: SeparateStage) -> None:
    children = await _until_two(stage)
    await stage.kill_connector()
    await _until_ended(stage, children)
    assert _is_free(stage.port)
