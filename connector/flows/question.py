"""The ERP is asked for a product's balance, because its messages disagree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.core import stock
from connector.core.catalogue import Skip
from connector.core.stock import Claim, StockMode
from connector.flows import messages
from connector.flows.env import Env
from connector.flows.levels import Wanted
from connector.flows.outcome import Done, Outcome
from connector.store import claims, items, stores
from connector.store.engine import Connection
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire import erp_records


async def ask_for_stock(job: Job, env: Env) -> Outcome:
    """One question; messages that come in while it is under way are weighed against the answer."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    asked_at, after = env.clock.now(), await env.db.read(claims.last_number, job.store_id, job.key)
    record = await env.erp(store, Priority.STOCK).stock_record(job.key)
    if record is not None:
        await env.db.write(answered, env, job.store_id, job.key, record, asked_at, after)
    return Done()


def answered(
    c: Connection, env: Env, store_id: int, erp_id: str, record: dict[str, Any], asked_at: datetime, after: int
) -> Skip | None:
    """Keep the ERP's answer and show what it calls for; Skip if the depot chosen does not exist.

    `after` is the number of the last claim before the question.
    """
    # By the settings of this moment: they may have changed while the ERP was asked.
    store, wanted = stores.kept_so(c, store_id), Wanted()
    assert store is not None
    trouble = take_answer(c, env, store, erp_id, record, asked_at, after, wanted)
    wanted.queue(c, env, store_id)
    return trouble


def take_answer(
    c: Connection,
    env: Env,
    store: Store,
    erp_id: str,
    record: dict[str, Any],
    asked_at: datetime,
    after: int,
    wanted: Wanted,
) -> Skip | None:
    """The same for one of several answers, by the store's settings of this transaction."""
    balance = stock.balance(erp_records.parse_stock(record), StockMode(store.stock_mode), store.depot)
    items.keep_stock(c, store.id, erp_id, record)
    if isinstance(balance, Skip):
        items.change(c, store.id, erp_id, level=None)
        return balance
    later = claims.recent(c, store.id, erp_id, env.clock.now(), after)
    answer = Claim(received_at=asked_at, balance=balance, is_answer=True)
    level = items.level(c, store.id, erp_id)
    claims.add(c, store.id, erp_id, answer)
    for claim in later:
        # Numbered again behind the answer, which knows of nothing after its question.
        claims.add(c, store.id, erp_id, claim)
    messages.act(c, store, erp_id, stock.after_answer(answer, later, level), wanted)
    return None
