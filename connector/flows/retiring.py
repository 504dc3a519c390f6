"""A product that is inactive or excluded in the ERP leaves the shop's sight, if the merchant has chosen so."""

from __future__ import annotations

from connector.core.errors import Refused
from connector.core.preferences import Retiring
from connector.core.reasons import Reason
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import items, locks, shelf, stores
from connector.store.engine import Connection
from connector.store.items import Item
from connector.store.shelf import Place
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire import erp_records

_REASONS = {Retiring.HIDE: Reason.HIDDEN, Retiring.REMOVE: Reason.REMOVED}


async def retire(job: Job, env: Env) -> Outcome:
    """One that the listing did not show: looked for by its id first, since a listing can lose a row between pages."""
    store = await env.db.read(stores.by_id, job.store_id)
    item = await env.db.read(items.by_erp_id, job.store_id, job.key)
    if store is None or store.uninstalled_at is not None or store.erp_token is None or item is None:
        return Done()
    if await env.db.read(is_to_stay, store, item, store.excluded_action):
        return Done()
    record = await env.erp(store, Priority.CATALOGUE).product_record(item.erp_id)
    if erp_records.is_excluded(record):
        await take_out(env, store, item, Retiring(store.excluded_action))
    return Done()


def is_to_stay(c: Connection, store: Store, item: Item, action: str) -> bool:
    """Whether nothing is to be done: not chosen, not ours, out of sight already, or locked."""
    if action == Retiring.KEEP or item.sent is None or item.retired is not None:
        return True
    lock = locks.of(c, store.id, item.code)
    return lock is not None and lock.fields is None


async def take_out(env: Env, store: Store, item: Item, action: Retiring) -> Reason:
    """Hide or remove it; the reason that the merchant reads. What the shop does not have is out of sight already."""
    place = await env.db.read(shelf.place, store.id, item.code)
    shop = env.shop(store)
    if place is not None and place.variant_id is None:
        try:
            if action is Retiring.HIDE:
                await shop.show(place.shop_id, active=False)
            else:
                await shop.remove_product(place.shop_id)
        except Refused as error:
            if error.code != "not_found":
                raise
    await env.db.write(note_retired, store, item, place, action)
    return _REASONS[action]


def note_retired(c: Connection, store: Store, item: Item, place: Place | None, action: Retiring) -> None:
    """Remember that it was us, so that it is shown again when it comes back."""
    how = "hidden" if action is Retiring.HIDE else "removed"
    reason = str(_REASONS[action])
    items.change(c, store.id, item.erp_id, retired=how, outcome="skipped", reason=reason, detail=None)
    if action is Retiring.REMOVE and place is not None:
        shelf.take_off_shelf(c, store.id, place.shop_id)
