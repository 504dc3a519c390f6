"""`pedido.incluir.php`: one order, with its customer (contract, orders §2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from fake_erp import codes, trade
from fake_erp.envelope import Answer
from fake_erp.moods import INTEGER, WORD, Table
from fake_erp.orders import Item, Order
from fake_erp.records import ZERO
from fake_erp.services import payload
from fake_erp.services.sent_order import SentOrder

if TYPE_CHECKING:
    from fake_erp.services.call import Call
    from fake_erp.worlds import ErpWorld

PARAMS = frozenset({"pedido", "Developer-Id"})

_RECORD = Table(sequencia=WORD, status=WORD, id=INTEGER, numero=INTEGER)


def insert(call: Call) -> Answer:
    """Insert it, or say of the one record all that is wrong with it."""
    world = call.world
    # Code 3 without the inner `pedido`, for what is no JSON and for JSON encoded twice (observed, Transport).
    document = payload.record(call, "pedido", "pedido")
    world.require_space()
    sent = SentOrder(document, world.clock.now(), refuse_long=world.settings.refuse_long_texts)
    order, markers = sent.order(), sent.markers()
    order.itens = tuple(_named(world, item) for item in order.itens)
    reasons = [*sent.reasons, *_disagreements(call, order)]
    if reasons:
        raise codes.RecordRefusal(codes.INVALID, tuple(reasons))
    order.marcadores = tuple(text or _marker(world, number) for text, number in markers)
    if world.settings.refuse_duplicate_orders and _is_there(world, order):
        raise codes.RecordRefusal(codes.DUPLICATE)
    trade.insert(world, order, update_customer=sent.update_customer)
    speller = call.moods.speller("pedido.incluir", order.id)
    record = speller.record(_RECORD, {"sequencia": "1", "status": "OK", "id": order.id, "numero": order.numero})
    entry = {"registro": record}
    # Usually one object, sometimes a list (observed, Writes).
    return Answer(speller, {"registros": [entry] if speller.roll("registros") < 64 else entry})


def _named(world: ErpWorld, item: Item) -> Item:
    """With its product: by the id that was sent, else by code; 0 for a line of free text."""
    product = world.catalogue.get(item.id_produto) or world.catalogue.by_code(item.codigo)
    return replace(item, id_produto=product.id if product else 0)


def _marker(world: ErpWorld, number: int) -> str:
    """The description of a known marker. Refuses with 32 an id that is none's (a guess, as in §7)."""
    if number not in world.markers.names:
        raise codes.RecordRefusal(codes.NOT_FOUND, (("Marcador não localizado", "marcadores"),))
    return world.markers.names[number]


def _disagreements(call: Call, order: Order) -> list[tuple[str, str]]:
    """What only the whole order, or the account, shows to be wrong."""
    settings, found = call.world.settings, []
    due = sum((Decimal(instalment["valor"]) for instalment in order.parcelas), start=ZERO)
    # Clients that send no instalments at all are accepted (§2.3).
    if settings.check_instalments and order.parcelas and due != order.total_pedido:
        found.append(("O valor total das parcelas deve ser igual ao valor total da venda.", "parcelas"))
    seller, name = order.texts["id_vendedor"], order.texts["nome_vendedor"]
    if settings.check_sellers and (seller or name) and not call.world.contacts.seller(seller, name):
        found.append(("O vendedor informado não foi localizado", "id_vendedor"))
    if settings.refuse_unknown_codes and (order.id_ecommerce or call.developer):
        unknown = [item.codigo for item in order.itens if item.codigo and not item.id_produto]
        found += [(f"O produto com o código {code} não foi encontrado", "codigo") for code in unknown]
    return found


def _is_there(world: ErpWorld, order: Order) -> bool:
    return any(other.id_ecommerce == order.id_ecommerce for other in world.orders.of_shop(order.numero_ecommerce))
