"""On PostgreSQL nobody changes a store's mode or depot while a transaction shows levels by them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from connector.clock import RealClock
from connector.core.preferences import Preferences
from connector.flows import changes, levels, messages, preferences, question
from connector.flows.env import Env
from connector.store import arrivals, items, stores
from connector.store.engine import make_engine
from connector.store.tables import item
from connector.wire.erp_feed import Change, FeedList
from scenarios.runner.stage import Stage

Play = Callable[..., None]
ERP: dict[str, Any] = {"products": 2, "variations_share": 0.0, "plan": "potencializar"}
Shows = Callable[[sa.Connection, Env, int, dict[str, Any]], object]


def sorts(c: sa.Connection, env: Env, store_id: int, record: dict[str, Any]) -> None:
    messages._sort(c, env, store_id)


def takes_an_answer(c: sa.Connection, env: Env, store_id: int, record: dict[str, Any]) -> None:
    question.answered(c, env, store_id, record["id"], record, env.clock.now(), 0)


def takes_the_feed(c: sa.Connection, env: Env, store_id: int, record: dict[str, Any]) -> None:
    row = Change(erp_id=record["id"], code="", name="", kind=None, changed_at=None, record=record)
    changes.take_in(c, env, store_id, FeedList.STOCK, [row], env.clock.now())


@pytest.mark.parametrize("shows", [sorts, takes_an_answer, takes_the_feed])
def test_settings_are_changed_when_all_have_ended_that_go_by_them(play: Play, postgres_url: str, shows: Shows) -> None:
    """What comes to the door is kept all the same."""

    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_pulled(seconds=3600)
        env, store_id, engine = stage.product.env, stage.store_id(), make_engine(postgres_url)
        with engine.connect() as showing, engine.connect() as beside, engine.connect() as saving:
            record = items.some_stock(showing, store_id) or {}
            shows(showing, env, store_id, record)
            for one in (beside, saving):
                one.exec_driver_sql("SET lock_timeout = 200")
                one.commit()
            assert stores.kept_so(beside, store_id) is not None, "two of them do not wait for each other"
            beside.rollback()
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                stores.change(saving, store_id, depot="Outro")
            saving.rollback()
            showing.commit()
            assert stores.to_change(saving, store_id) is not None
            arrivals.keep(beside, [(store_id, "{}")], env.clock.now())
        engine.dispose()

    play(story, erp=ERP, database_url=postgres_url)


def until_blocked(c: sa.Connection) -> None:
    """Until some transaction waits for a lock."""
    while not c.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
        c.rollback()
        time.sleep(0.01)


def test_saving_goes_by_the_settings_that_a_message_has_just_taught(play: Play, postgres_url: str) -> None:
    """The first message says that balances are the available ones; meanwhile the merchant saves physical."""

    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_pulled(seconds=3600)
        store_id, engine = stage.store_id(), make_engine(postgres_url)
        # One that threads can ask.
        env = replace(stage.product.env, clock=RealClock())
        with engine.connect() as teaching, engine.connect() as beside:
            stores.change(teaching, store_id, stock_mode="available")
            levels.relevel(teaching, env, stores.by_id(teaching, store_id))

            def save() -> None:
                with engine.begin() as c:
                    preferences.save(c, env, store_id, Preferences())

            saving = asyncio.create_task(asyncio.to_thread(save))
            await asyncio.to_thread(until_blocked, beside)
            beside.rollback()
            teaching.commit()
            await saving
            kinds = set(beside.scalars(sa.select(item.c.level_kind).where(item.c.level.is_not(None))))
            assert kinds == {"physical"}
        engine.dispose()

    play(story, erp=ERP, database_url=postgres_url)
