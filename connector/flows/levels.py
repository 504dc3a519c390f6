"""Levels that the shop has not been told go to it in batches."""

from __future__ import annotations

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

# Contract, webstore-api section 9.
_BATCH = 50


async def tell_levels(job: Job, env: Env) -> Outcome:
    """One batch; if more is waiting, another piece of work follows."""
    store, waiting = await env.db.read(_untold, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    # One kind in one call; after a change of mode the rest follows.
    batch = [level for level in waiting if level.kind == waiting[0].kind]
    results = []
    if batch:
        levels = [Level(product_id=u.shop_id, variant_id=u.variant_id, quantity=u.level) for u in batch]
        results = await env.shop(store).write_levels(levels, batch[0].kind)
    await env.db.write(_remember, env, job.store_id, list(zip(batch, results, strict=True)))
    return Done()


def _untold(c: Connection, store_id: int) -> tuple[Store | None, list[Untold]]:
    return stores.by_id(c, store_id), untold.untold_levels(c, store_id, _BATCH)


def _remember(c: Connection, env: Env, store_id: int, results: list[tuple[Untold, tuple[int, str]]]) -> None:
    untold.told(c, store_id, [level for level, (status, _) in results if status == 200])
    for level, (status, code) in results:
        if status in (404, 409, 422):
            # The shop has no such product (any more): told again when a pull has found it.
            items.change(
                c, store_id, level.erp_id, outcome="failed", reason=str(Reason.SHOP_REFUSED), detail=f"estoque: {code}"
            )
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
