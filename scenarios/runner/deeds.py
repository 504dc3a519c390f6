"""What merchant, shopper, ERP operator and clock can do. Each returns what it did, in words that hold no secret."""

from __future__ import annotations

from decimal import Decimal

from connector.demo.errors import DemoError
from scenarios.runner import durations
from scenarios.runner.scene import Document, Scene, code_of, leaves
from scenarios.runner.vocabulary import DURATION, NAME, TEXT, CannotPlay, Given, Schema, StepFailed, Vocabulary

DEEDS = Vocabulary()

# The ERP's codes (orders, section 13.1) by our words for them.
SITUATIONS: dict[str, str] = {
    "open": "aberto",
    "approved": "aprovado",
    "preparing": "preparando_envio",
    "invoiced": "faturado",
    "ready": "pronto_envio",
    "shipped": "enviado",
    "delivered": "entregue",
    "not_delivered": "nao_entregue",
    "cancelled": "cancelado",
}

_WEBHOOKS = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
_SOME: Schema = {"type": "integer", "minimum": 1, "maximum": 1000}
_ORDER: Schema = {**NAME, "description": "orders that an earlier step named by `as`"}


@DEEDS.deed("merchant", "connects")
async def connect(scene: Scene, _: Given) -> str:
    """Installs the app, pastes the ERP's token into the panel and saves."""
    token = (await scene.erp.get(""))["token"]
    await scene.merchant.log_in()
    await scene.merchant.install()
    await scene.merchant.save_token(token)
    return f"shop {scene.store_id}"


@DEEDS.deed("operator", "announces_products")
async def announce_products(scene: Scene, _: Given) -> str:
    """Enters an anúncio for each product and variation that the shop has, under the shop's ids."""
    shown = {product["code"]: product for product in await scene.shop_products()}
    entered = [
        announcement
        for product in await scene.erp_products()
        if code_of(product) in shown
        for announcement in _announcements(product, shown[code_of(product)])
    ]
    if not entered:
        raise StepFailed("the shop has none of the account's products, so none can be announced")
    await scene.erp.send("POST", "/mappings", entered)
    return f"{len(entered)} entered"


def _announcements(product: Document, shown: Document) -> list[Document]:
    """One for the product, one for each variation; a variation names its product too."""
    variants = {variant["code"]: variant["id"] for variant in shown["variants"]}
    parent = str(shown["id"])
    return [{"idProduto": product["id"], "skuMapeamento": parent}] + [
        {"idProduto": child["id"], "skuMapeamento": str(variants[code_of(child)]), "skuMapeamentoPai": parent}
        for child in product["variacoes"]
        if code_of(child) in variants
    ]


@DEEDS.deed("operator", "saves_webhook_addresses")
async def save_webhook_addresses(scene: Scene, _: Given) -> str:
    """Copies the address that the shop's panel shows into the ERP's three webhook fields."""
    address = (await scene.panel(secrets=True))["stock_webhook_url"]
    if not address:
        raise StepFailed("the panel shows no address for the ERP's webhooks")
    await scene.erp.send("PATCH", "", dict.fromkeys(_WEBHOOKS, address))
    return f"{len(_WEBHOOKS)} saved"


@DEEDS.deed(
    "operator",
    "moves_stock",
    one_of=("any", "code"),
    any={**_SOME, "description": "how many products or variations, drawn by the seed"},
    code={**TEXT, "description": "the code of one product or variation"},
    to={"type": "integer", "minimum": 0, "maximum": 999_999, "description": "the counted balance; drawn if not given"},
)
async def move_stock(scene: Scene, given: Given) -> str:
    """Enters a counted balance for one product, or for some drawn by the seed."""
    random, moved = scene.random(), []
    for product in await _chosen(scene, given):
        balance = given["to"] if "to" in given else _other(random.randrange(1, 100), product)
        movement = {"idProduto": product["id"], "tipo": "B", "quantidade": str(balance)}
        await scene.erp.send("POST", "/stock", movement)
        moved.append(f"{code_of(product)} → {balance}")
    return ", ".join(moved)


async def _chosen(scene: Scene, given: Given) -> list[Document]:
    movable = sorted(leaves(await scene.erp_products()), key=code_of)
    if "code" in given:
        found = [product for product in movable if code_of(product) == given["code"]]
        if not found:
            raise CannotPlay(f"the account has no product {given['code']!r} whose stock could be moved")
        return found[:1]
    if given["any"] > len(movable):
        raise CannotPlay(f"the account has {len(movable)} products whose stock could be moved, not {given['any']}")
    return scene.random().sample(movable, given["any"])


def _other(drawn: int, product: Document) -> int:
    """A balance that the product does not have yet."""
    return drawn + 1 if drawn == Decimal(product["saldo"]) else drawn


@DEEDS.deed(
    "shopper",
    "orders",
    count={**_SOME, "description": "how many orders, 1 if not given"},
    payment={"enum": ["pix", "credit_card", "boleto", "bank_transfer"]},
    paid={"type": "boolean", "description": "false for an order that still waits for its payment"},
    as_={**NAME, "description": "a name by which later steps speak of these orders"},
)
async def place_orders(scene: Scene, given: Given) -> str:
    """Goes through the shop's checkout."""
    wish: Document = {key: given[key] for key in ("count", "payment") if key in given}
    wish["status"] = "paid" if given.get("paid", True) else "awaiting_payment"
    try:
        placed = (await scene.shop.send("POST", f"{scene.store}/orders", wish))["orders"]
    except DemoError as error:
        # Such as an empty shelf: the checkout is the fake's own, and no fault of the connector.
        raise CannotPlay(str(error)) from None
    if "as" in given:
        scene.orders.setdefault(given["as"], []).extend(order["id"] for order in placed)
    return ", ".join(f"order {order['number']} of R$ {order['total']}" for order in placed)


@DEEDS.deed("shopper", "pays", required=("order",), order=_ORDER)
async def pay(scene: Scene, given: Given) -> str:
    """Pays what was ordered."""
    return await _at_each_in_shop(scene, given, "pay", {})


@DEEDS.deed("shopper", "cancels", required=("order",), order=_ORDER)
async def cancel_in_shop(scene: Scene, given: Given) -> str:
    """Cancels in the shop what was ordered."""
    return await _at_each_in_shop(scene, given, "cancel", {"reason": "customer"})


async def _at_each_in_shop(scene: Scene, given: Given, act: str, document: Document) -> str:
    orders = await scene.named_orders(given["order"])
    for order in orders:
        try:
            await scene.shop.send("POST", f"{scene.store}/orders/{order['id']}/{act}", document)
        except DemoError as error:
            raise CannotPlay(f"order {order['number']}, {order['status']}: {error}") from None
    return _numbers(orders)


@DEEDS.deed(
    "operator",
    "ships",
    required=("order", "tracking"),
    order=_ORDER,
    tracking={**TEXT, "description": "the carrier's code"},
    carrier=TEXT,
)
async def ship(scene: Scene, given: Given) -> str:
    """Enters the tracking code in the ERP and marks the order as shipped."""
    tracking = {"codigoRastreamento": given["tracking"]}
    if "carrier" in given:
        tracking["transportadora"] = given["carrier"]
    orders = await scene.named_orders(given["order"])
    for order in orders:
        path = await _path_in_erp(scene, order)
        await scene.erp.send("POST", f"{path}/tracking", tracking)
        await scene.erp.send("POST", f"{path}/situation", {"situacao": SITUATIONS["shipped"]})
    return f"{_numbers(orders)} with {given['tracking']}"


@DEEDS.deed(
    "operator", "sets_situation", required=("order", "situation"), order=_ORDER, situation={"enum": [*SITUATIONS]}
)
async def set_situation(scene: Scene, given: Given) -> str:
    """Moves the order to another situation in the ERP."""
    orders = await scene.named_orders(given["order"])
    for order in orders:
        path = await _path_in_erp(scene, order)
        await scene.erp.send("POST", f"{path}/situation", {"situacao": SITUATIONS[given["situation"]]})
    return f"{_numbers(orders)} {given['situation']}"


async def _path_in_erp(scene: Scene, order: Document) -> str:
    """The order's path at the ERP's control door, found as a person would: by the shop's number."""
    for kept in await scene.erp_orders():
        if str(kept["numero_ecommerce"]) == str(order["number"]):
            return f"/orders/{kept['id']}"
    raise StepFailed(f"the ERP has no order {order['number']}: wait for it by `eventually: orders_in_erp_once`")


def _numbers(orders: list[Document]) -> str:
    return ", ".join(f"order {order['number']}" for order in orders)


@DEEDS.deed("clock", "waits", required=("for",), for_={**DURATION, "description": "how long, such as 11h"})
async def wait(scene: Scene, given: Given) -> str:
    """Nothing is done for a while."""
    await scene.clock.sleep(durations.seconds(given["for"]))
    return str(given["for"])
