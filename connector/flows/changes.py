"""What the ERP's lists of changes say takes effect in one store: levels are shown, products are read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.core import stock
from connector.core.catalogue import Kind
from connector.core.errors import ContractBroken
from connector.core.stock import StockMode
from connector.flows import question
from connector.flows.env import Env
from connector.flows.levels import Wanted
from connector.store import claims, items, scan, stores, work
from connector.store.engine import Connection
from connector.store.stores import Store
from connector.store.work import Priority
from connector.wire import erp_records
from connector.wire.erp_feed import Change, FeedList


def take_in(
    c: Connection, env: Env, store_id: int, which: FeedList, rows: Sequence[Change], asked_at: datetime
) -> None:
    """Rows of one answer."""
    if which is FeedList.PRODUCTS:
        to_read = list(rows)
    else:
        store, wanted = stores.kept_so(c, store_id), Wanted()
        assert store is not None
        # In the order in which a batch of messages locks them.
        items.hold(c, store_id, sorted({row.erp_id for row in rows}))
        to_read = [row for row in rows if not _show_level(c, env, store, row, asked_at, wanted)]
        wanted.queue(c, env, store_id)
    if to_read:
        now = env.clock.now()
        scan.note_changed(c, store_id, [(row.erp_id, row.code, row.name) for row in to_read], now)
        work.enqueue(c, store_id, "refresh", now, priority=Priority.LISTING)


def _show_level(c: Connection, env: Env, store: Store, row: Change, asked_at: datetime, wanted: Wanted) -> bool:
    """Take the balance as the ERP's answer; False where the product is to be read instead.

    What it knows is at least as new as the change that it tells of. Whether it is newer the contract leaves open,
    so that a message since then which disagrees has the ERP asked; unless it was asked already, and said the same.
    """
    kind = items.kind(c, store.id, row.erp_id)
    if row.kind is Kind.PARENT or kind == Kind.PARENT:
        # The shop shows the sum of its variations.
        return kind is not None
    if kind is None:
        return False
    try:
        told = erp_records.parse_stock(row.record)
    except ContractBroken:
        return False
    last = stock.agreed(claims.recent(c, store.id, row.erp_id, env.clock.now()))
    if last is not None and last.balance == stock.balance(told, StockMode(store.stock_mode), store.depot):
        if last.received_at < asked_at:
            items.keep_stock(c, store.id, row.erp_id, dict(row.record))
        return True
    known_at = min(row.changed_at or asked_at, asked_at)
    after = claims.last_number_before(c, store.id, row.erp_id, known_at)
    question.take_answer(c, env, store, row.erp_id, dict(row.record), known_at, after, wanted)
    return True
