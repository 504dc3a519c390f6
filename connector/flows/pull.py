"""The whole catalogue, in stages: what the shop has, the ERP's listing, then product by product.

Each answer is committed before the next call is made, so that a pull goes on where it was stopped.
"""

from __future__ import annotations

from datetime import timedelta

from connector.core.catalogue import Kind, ListingPage
from connector.core.reasons import Reason
from connector.core.stock import LATE_WINDOW
from connector.flows import brake, order
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import alarms, claims, items, pulls, stores, work
from connector.store.engine import Connection
from connector.store.items import Place
from connector.store.pulls import Pull
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire.webstore_records import Written

# How long levels gather during a pull before they go to the shop: a batch costs less than its parts.
GATHER = timedelta(seconds=5)


async def begin(job: Job, env: Env) -> Outcome:
    """Start a pull, unless one is under way."""
    await env.db.write(request, env, job.store_id)
    return Done()


def request(c: Connection, env: Env, store_id: int, *, is_dry: bool = False) -> bool:
    """Start a pull in a connected store; says whether one was started. A dry one writes nothing to the shop."""
    store, now = stores.by_id(c, store_id), env.clock.now()
    if store is None or store.uninstalled_at or store.erp_token is None:
        return False
    if pulls.begin(c, store_id, now, is_dry=is_dry) is None:
        return False
    work.enqueue(c, store_id, "pull.shop", now, priority=Priority.LISTING)
    return True


async def _open(env: Env, store_id: int) -> tuple[Store, Pull] | None:
    """The store and its pull under way."""

    def find(c: Connection) -> tuple[Store, Pull] | None:
        store, pull = stores.by_id(c, store_id), pulls.current(c, store_id)
        usable = store is not None and store.uninstalled_at is None and store.erp_token is not None
        return (store, pull) if store is not None and usable and pull is not None else None

    return await env.db.read(find)


async def shop_page(job: Job, env: Env) -> Outcome:
    """One page of what the shop has; after the last one the listing begins."""
    if (found := await _open(env, job.store_id)) is None:
        return Done()
    store, pull = found
    if pull.stage == "shop":
        products = await env.shop(store).products_since(pull.shop_since)
        await env.db.write(_shelve_page, env, pull, products)
    return Done()


def _shelve_page(c: Connection, env: Env, pull: Pull, products: list[Written]) -> None:
    now = env.clock.now()
    items.shelve(c, pull.store_id, pull.id, [place for product in products for place in places(product)])
    items.note_image_troubles(c, pull.store_id, {product.code: product.image_trouble for product in products})
    if products:
        pulls.change(c, pull.id, shop_since=max(product.shop_id for product in products))
        work.enqueue(c, pull.store_id, "pull.shop", now, priority=Priority.LISTING)
    else:
        items.sweep_shelf(c, pull.store_id, pull.id)
        pulls.change(c, pull.id, stage="listing")
        work.enqueue(c, pull.store_id, "pull.listing", now, priority=Priority.LISTING)


def places(product: Written) -> list[tuple[str, Place]]:
    """Where the codes of a product and its variants stand."""
    own = Place(shop_id=product.shop_id, fields_print=product.fields_print, images_print=product.images_print)
    variants = [(code, Place(shop_id=product.shop_id, variant_id=i)) for code, i in product.variants.items()]
    return [(product.code, own), *variants]


async def listing_page(job: Job, env: Env) -> Outcome:
    """One page of the ERP's listing; its products are queued behind the rest of the listing."""
    if (found := await _open(env, job.store_id)) is None:
        return Done()
    store, pull = found
    if pull.stage == "listing":
        page = await env.erp(store, Priority.LISTING).listing(pull.page)
        await env.db.write(_keep_page, env, pull, page)
    return Done()


def _keep_page(c: Connection, env: Env, pull: Pull, page: ListingPage) -> None:
    now = env.clock.now()
    fresh = items.list_rows(c, pull.store_id, pull.id, page.rows)
    products = [row for row in fresh if row.kind is not Kind.VARIATION]
    pulls.add_to_total(c, pull.id, len(products))
    keyed: list[tuple[str, dict[str, object]]] = [(row.erp_id, {}) for row in products]
    # Not before the whole listing has been judged: what it would do to the catalogue is known only then.
    work.enqueue_many(c, pull.store_id, "pull.product", now, keyed, priority=Priority.CATALOGUE, after=brake.HELD)
    for row in page.unreadable:
        alarms.sound(c, pull.store_id, Reason.UNREADABLE_ROW, row.partition(":")[0], row, now)
    if page.page < page.pages:
        pulls.change(c, pull.id, page=page.page + 1, pages=page.pages)
        work.enqueue(c, pull.store_id, "pull.listing", now, priority=Priority.LISTING)
    else:
        pulls.change(c, pull.id, pages=page.pages)
        brake.judge(c, env, pull)
        # An order needs the code alone, so it need not wait for the hours that the rest takes.
        order.resume_held(c, env, pull.store_id)
        finish(c, env, pull)


def reread(c: Connection, env: Env, store_id: int, erp_id: str) -> None:
    """Have one product read in the ERP and brought to the shop once more, in the pull under way or after the last."""
    pull, product = pulls.open_or_last(c, store_id), items.by_erp_id(c, store_id, erp_id)
    if pull is None or product is None:
        return
    if product.done_in == pull.id:
        # Counted again when it is done again.
        pulls.change(c, pull.id, done=pull.done - 1)
    for one in (product, *items.variations_of(c, store_id, erp_id, pull.id)):
        items.change(c, store_id, one.erp_id, record_in=None, stock_in=None, done_in=None)
    work.enqueue(c, store_id, "pull.product", env.clock.now(), priority=Priority.CATALOGUE, key=erp_id)


def finish(c: Connection, env: Env, pull: Pull) -> None:
    """End the pull if all is done, tell the panel, and plan the next one."""
    now = env.clock.now()
    if pulls.finish_if_complete(c, pull.id, now) and not pull.is_dry:
        # Variations that the listing does not name are known only now.
        order.resume_held(c, env, pull.store_id)
        claims.forget_old(c, now - 2 * LATE_WINDOW)
        work.enqueue(c, pull.store_id, "report", now, priority=Priority.ACCOUNT)
        after = timedelta(hours=env.pull_every_hours)
        work.enqueue(c, pull.store_id, "pull", now, priority=Priority.LISTING, after=after)
