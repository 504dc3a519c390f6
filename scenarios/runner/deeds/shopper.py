"""What somebody who buys in the shop does."""

from __future__ import annotations

from scenarios.runner.deeds.common import CODE, ORDER, SOME, ask, numbers
from scenarios.runner.scene import Document, Scene
from scenarios.runner.vocabulary import NAME, TEXT, CannotPlay, Given, Vocabulary

DEEDS = Vocabulary()

_DOCUMENT = {
    "type": "string",
    "pattern": r"^[0-9A-Za-z./-]{11,18}$",
    "description": "the buyer's CPF or CNPJ, also an alphanumeric one",
}


@DEEDS.deed(
    "shopper",
    "orders",
    count={**SOME, "description": "how many orders, 1 if not given"},
    payment={"enum": ["pix", "credit_card", "boleto", "bank_transfer"]},
    paid={"type": "boolean", "description": "false for an order that still waits for its payment"},
    pays_after={"type": "number", "minimum": 0, "maximum": 604_800, "description": "seconds until it is paid"},
    installments={"type": "integer", "minimum": 1, "maximum": 12},
    code={**CODE, "description": "buys this product or variation; drawn if not given"},
    quantity={"type": "integer", "minimum": 1, "maximum": 9_999, "description": "how many of it"},
    delivery={"enum": ["carrier", "pickup", "own_delivery", "digital"]},
    channel={"enum": ["storefront", "marketplace", "manual"]},
    buyer={**TEXT, "maxLength": 400, "description": "the buyer's name"},
    document=_DOCUMENT,
    notes={"type": "string", "maxLength": 4000, "description": "what the buyer writes to the shop"},
    number={"type": "integer", "minimum": 1, "maximum": 10**9, "description": "the order's number in the shop"},
    oversell={"type": "boolean", "description": "buys even what the shop does not have"},
    as_={**NAME, "description": "a name by which later steps speak of these orders"},
)
async def place_orders(scene: Scene, given: Given) -> str:
    """Goes through the shop's checkout."""
    # Its own seed, so that the draws of one checkout do not move another's.
    wish: Document = {"seed": scene.random().randrange(10**9)}
    wish |= {
        key: given[key]
        for key in ("count", "payment", "installments", "delivery", "channel", "number", "oversell")
        if key in given
    }
    wish["status"] = "paid" if given.get("paid", "pays_after" not in given) else "awaiting_payment"
    if "pays_after" in given:
        wish["pay_after"] = given["pays_after"]
    if "code" in given:
        wish["items"] = [{"code": given["code"], "quantity": given.get("quantity", 1)}]
    if "notes" in given:
        wish["customer_notes"] = given["notes"]
    if customer := _customer(given):
        wish["customer"] = customer
    placed = (await ask(scene.shop.send("POST", f"{scene.store}/orders", wish)))["orders"]
    if "as" in given:
        known = scene.memory.orders.setdefault(given["as"], [])
        known.extend((scene.name, order["id"]) for order in placed)
        scene.memory.facts[f"{given['as']}.number"] = str(placed[0]["number"])
    return ", ".join(f"order {order['number']} of R$ {order['total']}" for order in placed)


def _customer(given: Given) -> Document:
    customer: Document = {}
    if "buyer" in given:
        customer["name"] = given["buyer"]
    if "document" in given:
        plain = "".join(filter(str.isalnum, given["document"])).upper()
        customer["cnpj" if len(plain) == 14 else "cpf"] = plain
    return customer


@DEEDS.deed("shopper", "pays", required=("order",), order=ORDER)
async def pay(scene: Scene, given: Given) -> str:
    """Pays what was ordered."""
    return await _at_each(scene, given, "pay", {})


@DEEDS.deed("shopper", "cancels", required=("order",), order=ORDER)
async def cancel(scene: Scene, given: Given) -> str:
    """Cancels in the shop what was ordered."""
    return await _at_each(scene, given, "cancel", {"reason": "customer"})


@DEEDS.deed("shopper", "is_refused", required=("order",), order=ORDER)
async def is_refused(scene: Scene, given: Given) -> str:
    """The gateway refuses the payment."""
    return await _at_each(scene, given, "refuse", {})


@DEEDS.deed("shopper", "takes_money_back", required=("order",), order=ORDER)
async def charge_back(scene: Scene, given: Given) -> str:
    """The buyer's bank takes the money back."""
    return await _at_each(scene, given, "chargeback", {})


async def _at_each(scene: Scene, given: Given, act: str, document: Document) -> str:
    orders = await scene.named_orders(given["order"])
    for order in orders:
        try:
            await ask(scene.shop.send("POST", f"{scene.store}/orders/{order['id']}/{act}", document))
        except CannotPlay as error:
            raise CannotPlay(f"order {order['number']}, {order['status']}: {error}") from None
    return numbers(orders)
