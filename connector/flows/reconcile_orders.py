"""A day of orders: each paid one is in the ERP, once, with its total, and as far as it has come there.

The ERP lists a day in pages of a hundred; a single order is read only where its row is missing or may be a second one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connector.core import orders
from connector.core import reconcile as core
from connector.core.orders import Found, ShopOrder
from connector.core.reasons import Reason
from connector.core.reconcile import Cause, Difference, Topic
from connector.flows.backfill import Period
from connector.flows.looking import Look
from connector.store import alarms, drifts, reconciles, sales, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.wire.erp_orders import DayPage, ListedOrder

# Where a day begins: no page read, no row kept.
NEW_DAY: dict[str, Any] = {"page": 1, "rows": [], "orders_since": 0}


class _OutOfBudget(Exception):
    """The next call would be one too many."""


@dataclass(frozen=True, kw_only=True)
class _Sight:
    """One order on both sides. `listed` is its row or record in the ERP, `others` those that are this order as well."""

    order: ShopOrder
    sale: Sale | None
    listed: ListedOrder | None
    others: tuple[Found, ...] = ()


async def compare_day(look: Look, day: date) -> bool:
    """Whether there is more to compare and budget left for it; a day that was stopped goes on where it stood."""
    try:
        rows = await _list(look, day)
        while page := await _page(look, day):
            for order in page:
                await _compare(look, order, rows)
            look = replace(look, run=await look.env.db.write(note_page, look, page[-1].order_id))
    except _OutOfBudget:
        return False
    await look.env.db.write(end_day, look)
    return True


async def _list(look: Look, day: date) -> list[ListedOrder]:
    """What the ERP has of the day, kept page by page."""
    run = look.run
    while (number := run.position["page"]) is not None:
        await _spend(look)
        page = await look.erp.orders_of_day(day, number)
        run = await look.env.db.write(keep_rows, look, page)
    return [_row(row) for row in run.position["rows"]]


def keep_rows(c: Connection, look: Look, page: DayPage) -> reconciles.Run:
    """A page of the ERP's list, before the next one is asked for."""
    position = reconciles.by_id(c, look.run.id).position
    kept = [{**asdict(row), "total": None if row.total is None else str(row.total)} for row in page.rows]
    number = position["page"] + 1
    following = number if number <= page.pages else None
    changed = {**position, "page": following, "rows": [*position["rows"], *kept]}
    reconciles.change(c, look.run.id, position=changed)
    return reconciles.by_id(c, look.run.id)


def _row(kept: dict[str, Any]) -> ListedOrder:
    total = None if kept["total"] is None else Decimal(kept["total"])
    return ListedOrder(**{**kept, "total": total})


async def _page(look: Look, day: date) -> list[ShopOrder]:
    period, run = Period(first=day, last=day), await look.env.db.read(reconciles.by_id, look.run.id)
    since = int(run.position["orders_since"])
    return await look.env.shop(look.store).orders_placed(period.since, period.until, since)


def note_page(c: Connection, look: Look, last: int) -> reconciles.Run:
    """The shop's page is done."""
    position = reconciles.by_id(c, look.run.id).position
    reconciles.change(c, look.run.id, position={**position, "orders_since": last})
    return reconciles.by_id(c, look.run.id)


def end_day(c: Connection, look: Look) -> None:
    """On to the day before."""
    position = reconciles.by_id(c, look.run.id).position
    reconciles.change(c, look.run.id, position={**position, **NEW_DAY, "days": position["days"][1:]})
    reconciles.count(c, look.run.id, days=1)


async def _spend(look: Look) -> None:
    if not await look.spend(1):
        raise _OutOfBudget


async def _compare(look: Look, order: ShopOrder, rows: list[ListedOrder]) -> None:
    sale = await look.env.db.read(settled_sale, look, order)
    if isinstance(sale, str):
        await look.env.db.write(note_moving, look)
        return
    listed = next((row for row in rows if sale is not None and row.erp_id == sale.erp_id), None)
    if listed is None and sale is not None and sale.erp_id is not None:
        await _spend(look)
        found = await look.erp.found_order(sale.erp_id)
        listed = _as_row(found) if found is not None else None
    others = await _others(look, order, sale, rows)
    await look.env.db.write(note_order, look, _Sight(order=order, sale=sale, listed=listed, others=others))


def settled_sale(c: Connection, look: Look, order: ShopOrder) -> Sale | str | None:
    """What is known of an order; a word where something of it is under way, so that nothing can be said yet."""
    key, sale = str(order.order_id), sales.by_order(c, look.store.id, order.order_id)
    is_fresh = look.env.clock.now() - order.updated_at < core.GRACE and (sale is None or sale.erp_id is None)
    works = [(kind, test) for kind in ("order", "situation") for test in (work.is_waiting, work.is_running)]
    is_worked_at = any(test(c, look.store.id, kind, key) for kind, test in works)
    is_sending = sale is not None and sale.state == sales.SENDING
    return "moving" if is_fresh or is_worked_at or is_sending else sale


def note_moving(c: Connection, look: Look) -> None:
    """Nothing can be said of it yet."""
    reconciles.count(c, look.run.id, orders=1, orders_moving=1)


def _as_row(found: Found) -> ListedOrder:
    return ListedOrder(
        erp_id=found.erp_id,
        number=found.number,
        shop_number=found.shop_number,
        total=found.total,
        situation=found.situation,
    )


async def _others(look: Look, order: ShopOrder, sale: Sale | None, rows: list[ListedOrder]) -> tuple[Found, ...]:
    """Orders of the ERP that are this one too; read one by one, since another shop may have the same number."""
    found = []
    for row in await look.env.db.read(suspects, look, order, sale, rows):
        await _spend(look)
        candidate = await look.erp.found_order(row.erp_id)
        if candidate is not None and orders.is_ours(candidate, order, look.store.id, look.store.integrator_id):
            found.append(candidate)
    return tuple(found)


def suspects(
    c: Connection, look: Look, order: ShopOrder, sale: Sale | None, rows: list[ListedOrder]
) -> list[ListedOrder]:
    """Rows that may be this order though they are not known to be any; a row's number is at times missing."""

    def may_be(row: ListedOrder) -> bool:
        is_alike = row.shop_number == order.number or (not row.shop_number and row.total == order.total)
        return is_alike and row.situation != "cancelled" and (sale is None or row.erp_id != sale.erp_id)

    return [row for row in rows if may_be(row) and sales.by_erp_id(c, look.store.id, row.erp_id) is None]


def note_order(c: Connection, look: Look, sight: _Sight) -> None:
    """What differs of one order, and an alarm where the ERP has it twice."""
    now, key = look.env.clock.now(), str(sight.order.order_id)
    differs, stands = 0, 0
    if look.asks_for(Topic.ORDERS):
        found = _differences(sight)
        differs = len(found)
        drifts.note(c, look.store.id, Topic.ORDERS, key, found, now)
        if any(difference.cause is Cause.DOUBLED_IN_ERP for difference in found):
            _sound(c, look, sight, now)
    if look.asks_for(Topic.SITUATIONS):
        standing = _situation(sight)
        stands = int(standing is not None)
        drifts.note(c, look.store.id, Topic.SITUATIONS, key, [standing] if standing else [], now)
    reconciles.count(c, look.run.id, orders=1, orders_differ=differs, situations_differ=stands)


def _differences(sight: _Sight) -> list[Difference]:
    order, sale = sight.order, sight.sale
    if sale is None or sale.erp_id is None:
        return _unsent(sight)
    if sight.listed is None:
        return [Difference(erp="", shop=order.number, cause=Cause.GONE_IN_ERP)]
    found = [core.total(sight.listed.total, sale.total, order.total)] if order.status != "cancelled" else []
    if order.reference != sale.erp_id:
        why = Cause.UNKNOWN if order.reference else Cause.NOT_REFERENCED
        found.append(Difference(field="reference", erp=sale.erp_id, shop=order.reference, cause=why))
    if sight.others:
        found.append(_doubled(sight))
    return [difference for difference in found if difference is not None]


def _unsent(sight: _Sight) -> list[Difference]:
    if not core.is_expected(sight.order.status):
        return []
    if len(sight.others) > 1:
        return [_doubled(sight)]
    if sight.others:
        return [Difference(erp=sight.others[0].erp_id, shop=sight.order.number, cause=Cause.NOT_LINKED)]
    return [Difference(erp="", shop=sight.order.number, cause=Cause.NEVER_SENT)]


def _doubled(sight: _Sight) -> Difference:
    own = [sight.sale.erp_id] if sight.sale is not None and sight.sale.erp_id is not None else []
    ids = ", ".join([*own, *(other.erp_id for other in sight.others)])
    return Difference(field="copies", erp=ids, shop=sight.order.number, cause=Cause.DOUBLED_IN_ERP)


def _sound(c: Connection, look: Look, sight: _Sight, now: datetime) -> None:
    """Which is to go is a person's decision: nothing is cancelled here."""
    named = [f"{other.number or '?'} (id {other.erp_id})" for other in sight.others]
    if sight.sale is not None and sight.sale.erp_id is not None:
        named.insert(0, f"{sight.sale.erp_number or '?'} (id {sight.sale.erp_id})")
    detail = f"{sight.order.number}: {', '.join(named)}"
    alarms.sound(c, look.store.id, Reason.ORDER_DOUBLED, str(sight.order.order_id), detail, now)


def _situation(sight: _Sight) -> Difference | None:
    if sight.sale is None or sight.listed is None or not sight.listed.situation:
        return None
    was_cancelled = sight.sale.cancellation == sales.CANCEL_DONE
    return core.situation(
        sight.order.status, sight.listed.situation, was_cancelled=was_cancelled, accepted=sight.sale.accepted
    )
