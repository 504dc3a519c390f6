"""What happens to orders: insertion, situations, tracking, and what each does to stock and customers.

Recorded in the journal first, then done, then announced. `by` says who: "api" or "door".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fake_erp import announce, mails, movements, natures, shipping
from fake_erp.contacts import Contact
from fake_erp.orders import Order
from fake_erp.situations import CANCELLED, DATED, has_reached
from fake_erp.stock import IN, OUT
from scenarios.harness.clock import BRASILIA

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

API, DOOR = "api", "door"

RESERVED, POSTED = "reserved", "posted"


class AlreadySo(ValueError):
    """Something was to be posted or reversed that is so already; the text is the ERP's."""


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
    order.nature_id = _nature(world, order)
    for marker in order.marcadores:
        world.markers.id_of(marker)
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


def record_change(world: ErpWorld, order: Order, *, by: str) -> None:
    """Put on record that data of an order are about to change. Raises JournalFull."""
    world.journal.append("order_changed", id=order.id, by=by)


def changed(world: ErpWorld, order: Order, *, by: str) -> None:
    """Data of an order have changed: it is newer, and the account tells of it."""
    order.updated = world.clock.now()
    announce.order_changed(world, order)


def mark(world: ErpWorld, order: Order, markers: tuple[str, ...], *, by: str) -> None:
    """Give an order these markers, each once."""
    world.journal.append("order_marked", id=order.id, markers=list(markers), by=by)
    unique = {marker.casefold(): marker for marker in markers}
    order.marcadores = tuple(unique.values())
    for marker in order.marcadores:
        world.markers.id_of(marker)
    changed(world, order, by=by)


def post_stock(world: ErpWorld, order: Order, *, by: str) -> None:
    """Take an order's quantities out of the stock, whatever its situation. Raises AlreadySo."""
    if order.stock == POSTED:
        raise AlreadySo("Estoque já lançado")
    world.journal.append("stock_posted", id=order.id, by=by)
    _put_stock(world, order, POSTED)
    changed(world, order, by=by)


def reverse_stock(world: ErpWorld, order: Order, *, by: str) -> None:
    """Give an order's quantities back; an order that is not cancelled reserves them again. Raises AlreadySo."""
    if order.stock != POSTED:
        raise AlreadySo("Estoque não lançado")
    world.journal.append("stock_reversed", id=order.id, by=by)
    _put_stock(world, order, RESERVED if world.settings.reservation and order.situacao != CANCELLED else "")
    changed(world, order, by=by)


def post_accounts(world: ErpWorld, order: Order, *, posted: bool, by: str) -> None:
    """Post or reverse the accounts receivable of an order. Raises AlreadySo."""
    if order.accounts == posted:
        raise AlreadySo("Contas já lançadas" if posted else "Contas não lançadas")
    world.journal.append("accounts_posted" if posted else "accounts_reversed", id=order.id, by=by)
    order.accounts = posted
    changed(world, order, by=by)


def _nature(world: ErpWorld, order: Order) -> int:
    """What the order names if the account has it, else the integration's, else the account's own (orders §13.8).

    An unknown one is silently replaced (observed, Writes); contributors of ICMS have one of their own.
    """
    integration, contact = world.integrations.get(order.id_ecommerce), world.contacts.get(order.contact_id)
    contributor = contact is not None and contact.data.get("contribuinte") == "1"
    wanted = [order.texts.get("id_natureza_operacao", ""), order.texts.get("nome_natureza_operacao", "")]
    if integration:
        wanted += [integration.contributor_nature if contributor else "", integration.nature]
    return next((number for text in wanted if text and (number := natures.named(text))), natures.DEFAULT)


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
    mails.tell(world, order)
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
    settings, wanted = world.settings, order.stock
    if order.situacao == CANCELLED:
        wanted = POSTED if wanted == POSTED and not settings.return_posted_stock else ""
    elif wanted == POSTED or (
        settings.post_stock_at != "never" and has_reached(order.situacao, settings.post_stock_at)
    ):
        wanted = POSTED
    elif settings.reservation:
        wanted = RESERVED
    _put_stock(world, order, wanted)


def _put_stock(world: ErpWorld, order: Order, wanted: str) -> None:
    before, order.stock = order.stock, wanted
    if order.stock == before:
        return
    if not before:
        order.taken = _quantities(world, order)
    for product_id, quantity in order.taken:
        product = world.catalogue.get(product_id)
        assert product is not None, "products are never removed, only marked as deleted"
        if RESERVED in (before, order.stock):
            product.reserved += quantity if order.stock == RESERVED else -quantity
        if moved := POSTED in (before, order.stock):
            # Into or out of the depot that movements without a depot use.
            kind = OUT if order.stock == POSTED else IN
            movements.post(world, product, world.usual_depot, kind, quantity, order_id=order.id)
        announce.stock(world, product, moved=moved)


def _quantities(world: ErpWorld, order: Order) -> tuple[tuple[int, Decimal], ...]:
    """What the order takes of each product that the ERP knows."""
    summed: dict[int, Decimal] = {}
    for item in order.itens:
        for product_id, quantity in _parts(world, item.id_produto, Decimal(item.quantidade)):
            summed[product_id] = summed.get(product_id, Decimal(0)) + quantity
    return tuple((product_id, quantity) for product_id, quantity in summed.items() if world.catalogue.get(product_id))


def _parts(world: ErpWorld, product_id: int, quantity: Decimal) -> list[tuple[int, Decimal]]:
    """A kit is taken from its parts, where the world says so; any other product from itself."""
    product = world.catalogue.get(product_id)
    if product is None or product.classe_produto != "K" or not product.kit or not world.settings.kit_parts:
        return [(product_id, quantity)]
    return [(part, quantity * Decimal(each)) for part, each in product.kit]
