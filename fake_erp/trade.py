"""What happens to orders: insertion, situations, tracking, and what each does to stock and customers.

Recorded in the journal first, then done, then announced. `by` says who: "api" or "door".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fake_erp import announce, movements, shipping
from fake_erp.contacts import Contact
from fake_erp.orders import Order
from fake_erp.records import Product
from fake_erp.situations import CANCELLED, DATED, has_reached
from fake_erp.stock import IN, OUT
from scenarios.harness.clock import BRASILIA

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

API, DOOR = "api", "door"

RESERVED, POSTED = "reserved", "posted"


def insert(world: ErpWorld, order: Order, *, update_customer: bool, by: str = API) -> Order:
    """Add an order, with its customer. Raises JournalFull, and then nothing is added."""
    contact = world.contacts.find(order.cliente)
    world.journal.append(
        "order_inserted",
        id=world.orders.next_id(),
        numero=world.orders.next_number(),
        numero_ecommerce=order.numero_ecommerce,
        id_ecommerce=order.id_ecommerce,
        contact=("registered" if contact is None else "updated" if update_customer else "kept"),
        by=by,
    )
    _take_customer(world, order, contact, update_customer)
    world.orders.add(order)
    world.statistics.order_inserted()
    _reach(world, order, order.situacao)
    announce.order_inserted(world, order)
    return order


def set_situation(world: ErpWorld, order: Order, situacao: str, *, by: str) -> None:
    """Move an order; every transition is allowed (orders §5). The same situation again changes nothing."""
    if situacao == order.situacao:
        return
    world.journal.append("order_situation", id=order.id, before=order.situacao, situacao=situacao, by=by)
    _reach(world, order, situacao)
    if by == DOOR or world.settings.announce_api_changes:
        announce.situation(world, order)
    announce.order_changed(world, order)


def set_tracking(world: ErpWorld, order: Order, tracking: dict[str, str], *, by: str) -> None:
    """Give an order its despatch data; what is not named stays."""
    world.journal.append("order_tracking", id=order.id, fields=sorted(tracking), by=by)
    order.tracking = {**order.tracking, **tracking}
    order.updated = world.clock.now()
    if by == DOOR or world.settings.announce_api_changes:
        announce.tracking(world, order)
    announce.order_changed(world, order)


def _take_customer(world: ErpWorld, order: Order, contact: Contact | None, update: bool) -> None:
    """Find or register; what is not sent is then taken from the record (contacts §6)."""
    if contact is None:
        contact = world.contacts.add(order.cliente, order.inserted)
    elif update:
        world.contacts.update(contact, order.cliente, order.inserted)
    order.contact_id = contact.id
    order.cliente = contact.customer


def _reach(world: ErpWorld, order: Order, situacao: str) -> None:
    now = world.clock.now()
    order.situacao, order.updated = situacao, now
    order.history.append((situacao, now))
    if day := DATED.get(situacao):
        order.days[day] = now.astimezone(BRASILIA).date()
    _send_on(world, order)
    _settle_stock(world, order)


def _send_on(world: ErpWorld, order: Order) -> None:
    """Approved it is to be picked, ready it is to be sent (a guess: orders §12 says nothing of when)."""
    today = world.clock.now().astimezone(BRASILIA).date()
    if has_reached(order.situacao, "aprovado") and order.id not in world.shipping.separations:
        world.shipping.separations[order.id] = (shipping.WAITING, today)
    if order.situacao == "pronto_envio":
        world.shipping.release(shipping.ORDER, order.id, today)


def _settle_stock(world: ErpWorld, order: Order) -> None:
    """Reserve, post or give back what the order's situation calls for, and tell of each product once."""
    settings, before = world.settings, order.stock
    if order.situacao == CANCELLED:
        order.stock = before if before == POSTED and not settings.return_posted_stock else ""
    elif before == POSTED or (
        settings.post_stock_at != "never" and has_reached(order.situacao, settings.post_stock_at)
    ):
        order.stock = POSTED
    elif settings.reservation:
        order.stock = RESERVED
    if order.stock == before:
        return
    for product, quantity in _quantities(world, order):
        if RESERVED in (before, order.stock):
            product.reserved += quantity if order.stock == RESERVED else -quantity
        if moved := POSTED in (before, order.stock):
            # Into or out of the depot that movements without a depot use.
            kind = OUT if order.stock == POSTED else IN
            movements.post(world, product, world.usual_depot, kind, quantity, order_id=order.id)
        announce.stock(world, product, moved=moved)


def _quantities(world: ErpWorld, order: Order) -> list[tuple[Product, Decimal]]:
    """What the order takes of each product that the ERP knows."""
    summed: dict[int, Decimal] = {}
    for item in order.itens:
        summed[item.id_produto] = summed.get(item.id_produto, Decimal(0)) + Decimal(item.quantidade)
    found = ((world.catalogue.get(product_id), quantity) for product_id, quantity in summed.items())
    return [(product, quantity) for product, quantity in found if product is not None]
