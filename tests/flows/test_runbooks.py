"""Runbooks of docs/OPERATIONS.md, followed step by step."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from connector.flows import backfill, door
from connector.vault import new_key
from scenarios.runner.stage import Stage
from tests.flows.trade import connected, place, sell, shown

Play = Callable[..., None]

ERP = {"products": 3, "variations_share": 0.0}


async def _until_sent(stage: Stage, order: dict[str, object]) -> None:
    async def referenced() -> bool:
        return (await shown(stage, order))["external_reference"] is not None

    await stage.until(referenced, "the order is in the ERP", seconds=3600)


async def _restart(stage: Stage, keys: str) -> None:
    await stage.stop_connector()
    stage.key = keys
    await stage.start_connector()


def test_a_key_in_front_of_the_others_changes_nothing_for_anybody(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        address = stage.product.env.door_url(await stage.store())
        await _restart(stage, f"{new_key()},{stage.key}")
        assert stage.product.env.door_url(await stage.store()) == address
        await sell(stage)
        async with stage.http.get(address) as answer:
            assert answer.status == 200

    play(story, erp=ERP)


def test_after_lost_keys_a_new_address_and_an_installation_bring_everything_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        address = stage.product.env.door_url(await stage.store())
        await _restart(stage, new_key())
        order = await place(stage)
        async with stage.http.get(address) as answer:
            assert answer.status == 404
        await stage.clock.sleep(600)
        assert (await shown(stage, order))["external_reference"] is None

        env = stage.product.env
        assert await env.db.write(door.rotate, env.vault, env.clock.now(), stage.store_id())
        merchant = stage.merchant()
        await merchant.log_in()
        await merchant.install()
        await _until_sent(stage, order)
        async with stage.http.get(env.door_url(await stage.store())) as answer:
            assert answer.status == 200

    play(story, erp=ERP)


def test_a_database_restored_from_a_copy_sends_nothing_twice(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        database = stage.folder / "connector.sqlite3"
        await stage.stop_connector()
        copy = _content(database)
        await stage.start_connector()
        # Sent after the copy, and the shop does not know of it either.
        cut = {"call": "PUT /orders/{id}/external-reference", "what": "html_502", "first": 1, "calls": 3}
        await stage.shop_door.send("POST", "/faults", cut)
        order = await place(stage)

        async def in_the_erp() -> bool:
            return len(stage.erp.orders) == 1

        await stage.until(in_the_erp, "the order is in the ERP", seconds=600)
        await stage.stop_connector()
        _restore(database, copy)
        await stage.start_connector()
        await stage.product.env.db.write(backfill.after_restore, stage.product.env, stage.store_id())
        await _until_sent(stage, order)
        # What is new goes on costing one call and no search.
        await sell(stage)
        assert len(stage.erp.orders) == 2

    play(story, erp=ERP)


def _content(database: Path) -> bytes:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return database.read_bytes()


def _restore(database: Path, content: bytes) -> None:
    for beside in ("-wal", "-shm"):
        Path(f"{database}{beside}").unlink(missing_ok=True)
    database.write_bytes(content)
