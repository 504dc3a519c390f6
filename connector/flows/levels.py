"""Levels that the shop has not been told go to it in batches."""

from __future__ import annotations

from datetime import timedelta

from connector.core import stock
from connector.core.catalogue import Skip
from connector.core.reasons import Reason
from connector.core.stock import StockMode
from connector.flows import pull as pull_flow
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import items, pulls, stores, untold, work
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
_TURN = timedelta(seconds=1)


async def tell_levels(job: Job, env: Env) -> Outcome:
    """Batch after batch while the store's turn lasts; if more is waiting then, another piece of work follows."""
    ends_at = env.clock.now() + _TURN
    store, batch = await env.db.read(_first, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    shop = env.shop(store)
    while batch:
        levels = [Level(product_id=u.shop_id, variant_id=u.variant_id, quantity=u.level) for u in batch]
        results = list(zip(batch, await shop.write_levels(levels, batch[0].kind), strict=True))
        if refused := [(level, code) for level, (status, code) in results if status in (404, 409, 422)]:
            await env.db.write(_refused, store.id, refused)
        taken = [level for level, (status, _) in results if status == 200]
        others = await env.db.write_one(untold.told, store.id, taken, batch, _BATCH)
        batch = _alike(others) if env.clock.now() < ends_at else []
    # What was sent is not settled until here: after a crash the piece of work is done again.
    await env.db.write(_end_turn, env, store.id)
    return Done()


def _first(c: Connection, store_id: int) -> tuple[Store | None, list[Untold]]:
    return stores.by_id(c, store_id), _alike(untold.untold_levels(c, store_id, _BATCH))


def _alike(waiting: list[Untold]) -> list[Untold]:
    """Of one kind, as one call has it; after a change of mode the rest follows."""
    return [level for level in waiting if level.kind == waiting[0].kind]


def _refused(c: Connection, store_id: int, refused: list[tuple[Untold, str]]) -> None:
    """The shop has no such product (any more): told again when a pull has found it."""
    for level, code in refused:
        detail = f"estoque: {code}"
        items.change(c, store_id, level.erp_id, outcome="failed", reason=str(Reason.SHOP_REFUSED), detail=detail)


def _end_turn(c: Connection, env: Env, store_id: int) -> None:
    if untold.untold_levels(c, store_id, 1):
        work.enqueue(c, store_id, "levels", env.clock.now(), priority=Priority.STOCK)
    elif (pull := pulls.current(c, store_id)) is not None:
        pull_flow.finish(c, env, pull)


def relevel(c: Connection, env: Env, store: Store) -> None:
    """The merchant chose another depot or mode: compute all levels anew from the balances kept."""
    mode = StockMode(store.stock_mode)
    for erp_id, record in items.kept_stocks(c, store.id):
        level = stock.level(erp_records.parse_stock(record), mode, store.depot)
        shown = None if isinstance(level, Skip) else level
        items.change(c, store.id, erp_id, level=shown, level_kind=str(mode))
    work.enqueue(c, store.id, "levels", env.clock.now(), priority=Priority.STOCK)


def depots(c: Connection, store_id: int) -> list[str]:
    """The depots that the ERP names with a balance."""
    record = items.some_stock(c, store_id)
    return [depot.name for depot in erp_records.parse_stock(record).depots] if record else []
