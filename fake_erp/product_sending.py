"""*Enviar para o e-commerce*: one message per product, whose answer the ERP waits for and reads (stock webhook §4).

The answer is a list; each element is found by the `idMapeamento` that was sent, and by nothing else (§4.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from fake_erp import announce, messages, product_message
from fake_erp.deliveries import DELIVERED, PRODUCT
from fake_erp.editing import BadField
from fake_erp.sendings import IGNORED, MAPPED, NOT_SENT, REFUSED, Outcome, Sending

if TYPE_CHECKING:
    from fake_erp.deliveries import Delivery
    from fake_erp.integrations import Integration
    from fake_erp.records import Product
    from fake_erp.worlds import ErpWorld

# The ERP's own words (§4.2); the others are ours.
_IGNORED = "Produto não mapeado pelo integrador"
_NOT_SENT = "Produto não enviado: um produto anterior foi rejeitado"
_NO_ANSWER = "O integrador não respondeu"


async def send(
    world: ErpWorld, integration: Integration, products: list[Product], *, update_stock: bool, stop_on_refusal: bool
) -> Sending:
    """Send products, variations with their parents, one after another. Raises BadField and JournalFull."""
    if not integration.address(PRODUCT):
        raise BadField("A integração não tem a URL para envio de produtos")
    chosen = _whole(world, products)
    world.journal.append(
        "products_sent",
        idEcommerce=integration.id,
        products=[product.id for product in chosen],
        update_stock=update_stock,
        stop_on_refusal=stop_on_refusal,
    )
    sending = Sending(
        id=len(world.sendings) + 1,
        integration=integration.id,
        at=world.clock.now(),
        update_stock=update_stock,
        stop_on_refusal=stop_on_refusal,
    )
    world.sendings.append(sending)
    stopped = False
    for product in chosen:
        if stopped:
            sending.outcomes.append(Outcome(product=product.id, state=NOT_SENT, text=_NOT_SENT))
            continue
        outcomes = await _send_one(world, integration, product)
        sending.outcomes += outcomes
        stopped = stop_on_refusal and any(outcome.state != MAPPED for outcome in outcomes)
        if update_stock:
            _tell_stock(world, integration, outcomes)
    return sending


def _whole(world: ErpWorld, products: list[Product]) -> list[Product]:
    """A variation goes with its parent; each product once; a deleted one cannot be chosen."""
    parents = (world.catalogue.get(product.idProdutoPai) or product for product in products)
    chosen = list({product.id: product for product in parents}.values())
    if deleted := [product.id for product in chosen if product.situacao == "E"]:
        raise BadField(f"O produto {deleted[0]} está excluído")
    return chosen


async def _send_one(world: ErpWorld, integration: Integration, product: Product) -> list[Outcome]:
    records = [product, *product_message.living_children(world, product)]
    numbers = {world.catalogue.offer(record, integration.id): record for record in records}
    speller = messages.speller(world, integration.id, PRODUCT)
    content = product_message.content(world, integration, product, speller)
    lane, bare = f"{PRODUCT}:product:{product.id}", not world.settings.product_envelope
    delivery = messages.make(world, integration.id, PRODUCT, lane, content, subject=product.id, bare=bare)
    body = await world.courier.exchange(delivery, world.pause)
    elements = _elements(body) if delivery.state == DELIVERED else {}
    # The parent first: its variations' mappings name its identifier.
    return [_outcome(world, integration, delivery, n, record, elements) for n, record in numbers.items()]


def _elements(body: bytes) -> dict[str, dict[str, Any]]:
    """The elements of the answer by the mapping that they name; whatever is no list of objects says nothing."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(document, list):
        return {}
    return {str(each.get("idMapeamento")).strip(): each for each in document if isinstance(each, dict)}


def _outcome(
    world: ErpWorld,
    integration: Integration,
    delivery: Delivery,
    number: int,
    record: Product,
    elements: dict[str, dict[str, Any]],
) -> Outcome:
    """Do what the answer says of one product or variation. Raises JournalFull before a mapping is made."""

    def outcome(state: str, text: str, sku: str = "") -> Outcome:
        return Outcome(
            product=record.id, state=state, text=text, idMapeamento=number, skuMapeamento=sku, delivery=delivery.id
        )

    if delivery.state != DELIVERED:
        return outcome(REFUSED, _refusal(delivery))
    element = elements.get(str(number), {})
    if error := _text(element, "error"):
        return outcome(REFUSED, error)
    sku = _text(element, "skuMapeamento")
    if not sku:
        return outcome(IGNORED, _IGNORED)
    world.journal.append("mapped", idProduto=record.id, skuMapeamento=sku)
    world.catalogue.agree(record, integration.id, sku, _text(element, "urlProduto"), _text(element, "urlImagem"))
    return outcome(MAPPED, "", sku)


def _refusal(delivery: Delivery) -> str:
    status = delivery.attempts[-1]["status"] if delivery.attempts else None
    return f"O integrador respondeu com HTTP {status}" if isinstance(status, int) else _NO_ANSWER


def _text(element: dict[str, Any], name: str) -> str:
    """A text of the answer, which may have come as a number; "" for none and for anything else."""
    value = element.get(name)
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _tell_stock(world: ErpWorld, integration: Integration, outcomes: list[Outcome]) -> None:
    """*Atualizar estoque no e-commerce*: what was taken is told of by the stock webhook (§2.1)."""
    for outcome in outcomes:
        product = world.catalogue.get(outcome.product)
        mapping = world.catalogue.mapping(outcome.product, integration.id)
        if outcome.state == MAPPED and product is not None and mapping is not None:
            announce.balance(world, integration, product, mapping)
