"""On PostgreSQL nobody changes a store's mode or depot while a transaction shows levels by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from connector.core.preferences import Preferences
from connector.core.stock import StockMode
from connector.flows import changes, messages, preferences, question
from connector.flows.env import Env
from connector.store import items, stores
from connector.store.engine import make_engine
from connector.wire.erp_feed import Change, FeedList
from scenarios.runner.stage import Stage

Play = Callable[..., None]
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
    available = replace(Preferences(), stock_mode=StockMode.AVAILABLE)

    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_pulled(seconds=3600)
        env, store_id, engine = stage.product.env, stage.store_id(), make_engine(postgres_url)
        with engine.connect() as showing, engine.connect() as beside, engine.connect() as saving:
            record = items.some_stock(showing, store_id) or {}
            shows(showing, env, store_id, record)
            assert stores.kept_so(beside, store_id) is not None, "two of them do not wait for each other"
            beside.rollback()
            saving.exec_driver_sql("SET lock_timeout = 200")
            saving.commit()
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                stores.change(saving, store_id, depot="Outro")
            saving.rollback()
            showing.commit()
            preferences.save(saving, env, store_id, available)
            saving.commit()
        engine.dispose()
        assert (await stage.store()).stock_mode == StockMode.AVAILABLE

    play(story, erp={"products": 2, "variations_share": 0.0, "plan": "potencializar"}, database_url=postgres_url)
