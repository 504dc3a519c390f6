"""Levels that the shop has not been told go to it in batches."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from connector.core import stock
from connector.core.reasons import Reason
from connector.core.stock import SETTLE, StockMode
from connector.flows import pull as pull_flow
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import claims, items, pulls, stores, untold, work
from connector.store.engine import Connection
from connector.store.stores import Store
from connector.store.untold import Untold
from connector.store.work import Job, Priority
from connector.wire import erp_records
from connector.wire.webstore_records import Level

# Ten balances cost one unit of the shop's bucket, and more cost more (webstore-api section 9): a larger batch is no
# faster once the bucket is used up, and an order's call that comes meanwhile would wait for all of its units.
_BATCH = 10

# A store's turn: a transaction per batch costs less than claiming and settling each, and other stores wait no longer.
# In real seconds, since it is the machine's time that stores take turns for: the clock's rate stretches it.
_TURN = timedelta(seconds=1)


async def tell_levels(job: Job, env: Env) -> Outcome:
    """Batch after batch while the store's turn lasts; if more is waiting then, another piece of work goes on there."""
    ends_at, after = env.clock.now() + _TURN * env.clock.rate, str(job.payload.get("after", ""))
    store, batch = await env.db.read(_first, job.store_id, after)
    if store is None or store.uninstalled_at is not None:
        return Done()
    shop = env.shop(store)
    while batch:
        levels = [Level(product_id=u.shop_id, variant_id=u.variant_id, quantity=u.level) for u in batch]
        results = list(zip(batch, await shop.write_levels(levels, batch[0].kind), strict=True))
        if refused := [(level, code) for level, (status, code) in results if status in (404, 409, 422)]:
            await env.db.write(_refused, store.id, refused)
        taken = [level for level, (status, _) in results if status == 200]
        after = batch[-1].erp_id
        others = await env.db.write_one(untold.told, store.id, taken, _BATCH, after)
        batch = _alike(others) if env.clock.now() < ends_at else []
    # What was sent is not settled until here: after a crash the piece of work is done again.
    await env.db.write(_end_turn, env, store.id, after)
    return Done()


def _first(c: Connection, store_id: int, after: str) -> tuple[Store | None, list[Untold]]:
    # After the last one the first again, so that those in front, told again and again, hold up nobody.
    waiting = untold.untold_levels(c, store_id, _BATCH, after) or untold.untold_levels(c, store_id, _BATCH)
    return stores.by_id(c, store_id), _alike(waiting)


def _alike(waiting: list[Untold]) -> list[Untold]:
    """Up to where another kind begins, since a call has one; after a change of mode the rest follows."""
    return list(itertools.takewhile(lambda level: level.kind == waiting[0].kind, waiting))


def _refused(c: Connection, store_id: int, refused: list[tuple[Untold, str]]) -> None:
    """The shop has no such product (any more): told again when a pull has dealt with it."""
    for level, code in refused:
        items.change(c, store_id, level.erp_id, outcome="failed", reason=str(Reason.LEVEL_REFUSED), detail=code)


def _end_turn(c: Connection, env: Env, store_id: int, after: str) -> None:
    if untold.untold_levels(c, store_id, 1):
        next_turn = {"after": after}
        work.enqueue(c, store_id, "levels", env.clock.now(), priority=Priority.STOCK, payload=next_turn)
    elif (pull := pulls.current(c, store_id)) is not None:
        pull_flow.finish(c, env, pull)


def relevel(c: Connection, env: Env, store: Store) -> None:
    """The merchant chose another depot or mode: compute all levels anew from the balances kept.

    Of what the ERP has sent messages since it answered, it is asked anew.
    """
    mode, outdated = StockMode(store.stock_mode), claims.unanswered(c, store.id)
    levels: dict[str, Decimal | None] = {}
    for erp_id, record, shown in items.kept_stocks(c, store.id):
        kept = erp_records.parse_stock(record)
        levels[erp_id] = stock.relevelled(kept, mode, store.depot, shown, is_outdated=erp_id in outdated)
    items.relevel(c, store.id, levels, str(mode))
    ask(c, env, store.id, *sorted(outdated))
    work.enqueue(c, store.id, "levels", env.clock.now(), priority=Priority.STOCK)


def ask(c: Connection, env: Env, store_id: int, *erp_ids: str) -> None:
    """Ask the ERP, once for all messages that come in meanwhile."""
    keyed: list[tuple[str, dict[str, object]]] = [(erp_id, {}) for erp_id in erp_ids]
    work.enqueue_many(c, store_id, "stock.ask", env.clock.now(), keyed, priority=Priority.QUESTIONS, after=SETTLE)


@dataclass
class Wanted:
    """What decisions about a store's levels call for, queued once at their end instead of with each of them."""

    is_telling: bool = False
    questions: set[str] = field(default_factory=set)

    def queue(self, c: Connection, env: Env, store_id: int) -> None:
        """In one order, so that two transactions do not wait for each other."""
        if self.is_telling:
            work.enqueue(c, store_id, "levels", env.clock.now(), priority=Priority.STOCK)
        ask(c, env, store_id, *sorted(self.questions))


def depots(c: Connection, store_id: int) -> list[str]:
    """The depots that the ERP names with a balance."""
    record = items.some_stock(c, store_id)
    return [depot.name for depot in erp_records.parse_stock(record).depots] if record else []
