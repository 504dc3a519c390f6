"""The whole catalogue, in stages: what the shop has, the ERP's listing, then product by product.

Each answer is committed before the next call is made, so that a pull goes on where it was stopped.
"""

from __future__ import annotations

from datetime import timedelta

from connector.core.catalogue import Kind, Listing, ListingPage
from connector.core.reasons import Reason
from connector.core.scan import STEP, differs, listing_every
from connector.flows import brake, order
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import alarms, feed, items, pulls, scan, shelf, stores, work
from connector.store.engine import Connection
from connector.store.pulls import Pull
from connector.store.shelf import Place
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire.webstore_records import Written

# How often a planned pull looks whether the one under way has ended.
_PUT_OFF = timedelta(minutes=1)

# How long levels gather during a pull before they go to the shop: a batch costs less than its parts.
GATHER = timedelta(seconds=5)


async def begin(job: Job, env: Env) -> Outcome:
    """Start a pull: of everything the first time and when it is asked for, of what has changed from then on."""
    await env.db.write(request_planned, env, job.store_id, str(job.payload.get("scope", pulls.ALL)))
    return Done()


def request_planned(c: Connection, env: Env, store_id: int, scope: str) -> None:
    """Start a pull that was planned, or put it off while one is under way that plans none at its end."""
    under_way = pulls.current(c, store_id)
    if (
        not request(c, env, store_id, scope)
        and under_way is not None
        and (under_way.scope == pulls.SOME or under_way.is_dry)
    ):
        now, which = env.clock.now(), {"scope": scope}
        work.enqueue(c, store_id, "pull", now, priority=Priority.LISTING, payload=which, after=_PUT_OFF)


def request(c: Connection, env: Env, store_id: int, scope: str = pulls.ALL, *, is_dry: bool = False) -> bool:
    """Start a pull in a connected store; says whether one was started. A dry one writes nothing to the shop."""
    store, now = stores.by_id(c, store_id), env.clock.now()
    if store is None or store.uninstalled_at or store.erp_token is None:
        return False
    if pulls.newest_whole(c, store_id) is None:
        scope = pulls.ALL
    if pulls.begin(c, store_id, now, scope, is_dry=is_dry) is None:
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
    shelf.shelve(c, pull.store_id, pull.id, [place for product in products for place in places(product)])
    items.note_image_troubles(c, pull.store_id, {product.code: product.image_trouble for product in products})
    if products:
        pulls.change(c, pull.id, shop_since=max(product.shop_id for product in products))
        work.enqueue(c, pull.store_id, "pull.shop", now, priority=Priority.LISTING)
    else:
        shelf.sweep_shelf(c, pull.store_id, pull.id)
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
    before = scan.known(c, pull.store_id, [row.erp_id for row in page.rows])
    fresh = items.list_rows(c, pull.store_id, pull.id, page.rows)
    if pull.scope == pulls.CHANGED or pull.is_dry:
        _note_differing(c, env, pull, [(row, before.get(row.erp_id)) for row in fresh])
    if pull.scope == pulls.ALL:
        queue_products(c, env, pull, [row.erp_id for row in fresh if row.kind is not Kind.VARIATION])
    for row in page.unreadable:
        alarms.sound(c, pull.store_id, Reason.UNREADABLE_ROW, row.partition(":")[0], row, now)
    if page.page < page.pages:
        pulls.change(c, pull.id, page=page.page + 1, pages=page.pages)
        work.enqueue(c, pull.store_id, "pull.listing", now, priority=Priority.LISTING)
    else:
        pulls.change(c, pull.id, pages=page.pages)
        if pull.scope == pulls.CHANGED:
            queue_products(c, env, pull, scan.worth_reading(c, pull.store_id, pull.id))
        if not pull.is_dry:
            # Nothing of it was read yet, so that all of it will be read after what the marks tell of.
            scan.forget_marks(c, pull.store_id, pull.id)
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


def _note_differing(c: Connection, env: Env, pull: Pull, rows: list[tuple[Listing, Listing | None]]) -> None:
    """Rows that say something else than the last time are read in this pull, or after it if it is dry."""
    now = env.clock.now()
    found = [new for new, old in rows if differs(new, old) and not (pull.is_dry and old is None)]
    scan.note_changed(c, pull.store_id, [(row.erp_id, row.code, row.name) for row in found], now)
    if pull.is_dry and found:
        work.enqueue(c, pull.store_id, "refresh", now, priority=Priority.LISTING)


def queue_products(c: Connection, env: Env, pull: Pull, erp_ids: list[str]) -> None:
    """Have these read in this pull, but not before its listing has been judged: what it would do is known then."""
    pulls.add_to_total(c, pull.id, len(erp_ids))
    queue(c, env, pull.store_id, erp_ids, after=brake.HELD)


def queue(c: Connection, env: Env, store_id: int, erp_ids: list[str], after: timedelta = timedelta(0)) -> None:
    """Have these read in the pull under way."""
    keyed: list[tuple[str, dict[str, object]]] = [(erp_id, {}) for erp_id in erp_ids]
    work.enqueue_many(c, store_id, "pull.product", env.clock.now(), keyed, priority=Priority.CATALOGUE, after=after)


def finish(c: Connection, env: Env, pull: Pull) -> None:
    """End the pull if all is done; of a whole one tell the panel and plan what follows."""
    now = env.clock.now()
    if not pulls.finish_if_complete(c, pull.id, now) or pull.is_dry:
        return
    # Variations that the listing does not name are known only now.
    order.resume_held(c, env, pull.store_id)
    if scan.is_any_marked(c, pull.store_id):
        work.enqueue(c, pull.store_id, "refresh", now, priority=Priority.LISTING)
    if pull.scope != pulls.SOME:
        work.enqueue(c, pull.store_id, "report", now, priority=Priority.ACCOUNT)
        plan_next(c, env, pull.store_id)
        work.enqueue(c, pull.store_id, "feed", now, priority=Priority.SITUATIONS, after=STEP)
        work.enqueue(c, pull.store_id, "scan", now, priority=Priority.LISTING, after=STEP)
        work.enqueue(c, pull.store_id, "prune", now, priority=Priority.CATALOGUE, after=env.prune_every)


def plan_next(c: Connection, env: Env, store_id: int) -> None:
    """Have the listing read again in time."""
    store = stores.by_id(c, store_id)
    known = feed.of(c, store.company_id) if store is not None and store.company_id else None
    after = listing_every(timedelta(hours=env.pull_every_hours), known is not None and known.state == feed.OFF)
    which = {"scope": pulls.CHANGED}
    work.enqueue(c, store_id, "pull", env.clock.now(), priority=Priority.LISTING, payload=which, after=after)
