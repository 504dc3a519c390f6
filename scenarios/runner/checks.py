"""What a story can look at, by the control doors and the panel: each answers with what it compared and what is wrong.

They share nothing with the connector's own rules: a mistake there must not be made a second time in its proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from scenarios.runner.books import books
from scenarios.runner.deeds.common import SITUATIONS
from scenarios.runner.scene import Document, Look, Scene, code_of, leaves
from scenarios.runner.statuses import CHAIN, ENDS, UNPAID
from scenarios.runner.vocabulary import NAME, TEXT, Given, Schema, Vocabulary

CHECKS = Vocabulary()

_STATUS: Schema = {"enum": [*UNPAID, *CHAIN, *ENDS]}

_ORDER: Schema = {**NAME, "description": "orders that an earlier step named by `as`"}


@CHECKS.check("pulled")
async def pulled(scene: Scene, _: Given) -> Look:
    """The panel shows the connection and that the catalogue has been read once."""
    panel = await scene.panel()
    if panel["connection"] != "connected" or not panel["last_sync_at"]:
        message = f" ({panel['message']})" if panel["message"] else ""
        return Look(1, "", (f"the panel shows {panel['connection']}{message}, and no catalogue read",))
    count = len(await scene.shop_products())
    return Look(count, f"{count} products in the shop")


@CHECKS.check("stock_equal")
async def stock_equal(scene: Scene, _: Given | None = None) -> Look:
    """The shop shows the ERP's balance, as its owner chose it, of each product and variation that is announced."""
    shown = dict(_quantities(await scene.shop_products()))
    announced = [leaf for leaf in leaves(await scene.erp_products()) if leaf["mapeamentos"]]
    wrong = []
    for product in announced:
        code, balance = code_of(product), _balance(product, scene.memory.choices.get(scene.name, {}))
        if code not in shown:
            wrong.append(f"{code}: ERP {balance}, not in the shop")
        elif shown[code] != balance:
            wrong.append(f"{code}: ERP {balance}, shop {shown[code]}")
    return Look(len(announced), f"{len(announced)} balances", tuple(wrong))


@CHECKS.check(
    "product_in_shop",
    required=("code",),
    code={**TEXT, "description": "the code of a product, not of a variation"},
    there={"type": "boolean", "description": "false: the shop has no such product, or has deleted it"},
    name=TEXT,
    price={"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "description": "a price such as 12.90"},
    stock={"type": "integer", "minimum": 0, "maximum": 999_999},
    variations={"type": "integer", "minimum": 0, "maximum": 50, "description": "how many it has"},
    visible={"type": "boolean", "description": "whether buyers see it"},
)
async def product_in_shop(scene: Scene, given: Given) -> Look:
    """The shop has the product, with this name, price, quantity and number of variations."""
    code, wants = given["code"], given.get("there", True)
    product = next((one for one in await scene.shop_products() if one["code"] == code), None)
    if product is None or not wants:
        wrong = () if (product is not None) == wants else (f"{code}: {'not ' if wants else ''}in the shop",)
        return Look(1, f"{code} {'in' if wants else 'not in'} the shop", wrong)
    shown = {
        "name": product["name"],
        "price": product["price"],
        "stock": Decimal(str(product["stock"]["quantity"])),
        "variations": len(product["variants"]),
        "visible": product["active"],
    }
    told = ", ".join(str(given[key]) for key in ("code", *shown) if key in given)
    return Look(1, told, tuple(_differences(code, shown, given)))


@CHECKS.check(
    "panel_shows",
    required=("connection",),
    connection={"enum": ["connected", "not_connected", "paused", "token_rejected"]},
)
async def panel_shows(scene: Scene, given: Given) -> Look:
    """The shop's panel shows the connection to the ERP in this state."""
    shown = {"connection": (await scene.panel())["connection"]}
    return Look(1, str(given["connection"]), tuple(_differences("the panel", shown, given)))


def _balance(product: Document, choice: Document) -> Decimal:
    """What lies in the chosen depot or in all that count, without what is reserved where the shop shows the available.

    A negative balance is shown as none, and the shop keeps three decimals (decisions, section 7).
    """
    depot = choice.get("depot")
    lies = next((one["saldo"] for one in product["depositos"] if one["nome"] == depot), product["saldo"])
    reserved = product["saldoReservado"] if choice.get("stock") == "available" else 0
    balance = Decimal(lies) - Decimal(reserved)
    return max(Decimal(0), balance).quantize(Decimal("0.001"), ROUND_DOWN).normalize() + 0


def _quantities(products: list[Document]) -> Iterator[tuple[str, Decimal]]:
    for product in products:
        for one in (product, *product["variants"]):
            yield one["code"], Decimal(str(one["stock"]["quantity"])).normalize() + 0


async def orders_lost(scene: Scene) -> Look:
    """Orders that were paid and are not in the ERP; one that was cancelled in time may be missing."""
    both = await books(scene)
    due = [order for order in both.sold if order["status"] not in (*UNPAID, "cancelled")]
    wrong = tuple(f"order {order['number']}: not in the ERP" for order in due if not both.of(order))
    return Look(len(due), f"{len(due)} orders", wrong)


async def orders_doubled(scene: Scene) -> Look:
    """Orders that are in the ERP more than once."""
    both = await books(scene)
    counted = ((order["number"], len(both.of(order))) for order in both.sold)
    wrong = tuple(f"order {number}: {count} times in the ERP" for number, count in counted if count > 1)
    return Look(len(both.sold), f"{len(both.sold)} orders", wrong)


async def orders_unexpected(scene: Scene) -> Look:
    """Orders of the ERP that the shop does not have, or that nobody has paid."""
    both = await books(scene)
    numbers = {str(order["number"]): order["status"] for order in both.sold}
    wrong = [f"ERP order of number {number}: not in the shop" for number in both.kept if number not in numbers]
    wrong += [
        f"order {number}: in the ERP, though {numbers[number]}" for number in both.kept if numbers.get(number) in UNPAID
    ]
    return Look(len(both.kept), f"{len(both.kept)} orders", tuple(wrong))


@CHECKS.check("orders_in_erp_once")
async def orders_in_erp_once(scene: Scene, _: Given | None = None) -> Look:
    """Each order of the shop that was paid is in the ERP, exactly once, and no other is."""
    seen = [await look(scene) for look in (orders_lost, orders_doubled, orders_unexpected)]
    return Look(seen[0].count, seen[0].told, tuple(line for one in seen for line in one.wrong))


@CHECKS.check("totals_equal")
async def totals_equal(scene: Scene, _: Given | None = None) -> Look:
    """The total of each order that is in the ERP is that of the shop, to the cent."""
    both = await books(scene)
    pairs = [(order, kept) for order in both.sold for kept in both.of(order)]
    wrong = tuple(
        f"order {order['number']}: shop {order['total']}, ERP {kept['total_pedido']}"
        for order, kept in pairs
        if Decimal(order["total"]) != Decimal(kept["total_pedido"])
    )
    total = sum((Decimal(order["total"]) for order, _ in pairs), Decimal(0))
    return Look(len(pairs), f"{len(pairs)} orders, R$ {total}", wrong)


@CHECKS.check("order_in_shop", required=("order",), order=_ORDER, status=_STATUS, tracking=TEXT)
async def order_in_shop(scene: Scene, given: Given) -> Look:
    """The shop shows this status of the order, and this tracking code."""
    orders = await scene.named_orders(given["order"])
    wrong = []
    for order in orders:
        shown = {"status": order["status"], "tracking": order["shipping"]["tracking_code"]}
        wrong += _differences(f"order {order['number']}", shown, given)
    return Look(len(orders), _wanted(given, "status", "tracking"), tuple(wrong))


@CHECKS.check(
    "order_in_erp", required=("order", "situation"), order=_ORDER, situation={"enum": [*SITUATIONS]}, tracking=TEXT
)
async def order_in_erp(scene: Scene, given: Given) -> Look:
    """The ERP has the order in this situation, and with this tracking code."""
    both, orders = await books(scene), await scene.named_orders(given["order"])
    words = {code: word for word, code in SITUATIONS.items()}
    wrong = []
    for order in orders:
        kept = both.of(order)
        if not kept:
            wrong.append(f"order {order['number']}: not in the ERP")
        for one in kept:
            situation = words.get(one["situacao"], one["situacao"])
            shown = {"situation": situation, "tracking": one.get("codigo_rastreamento")}
            wrong += _differences(f"order {order['number']}", shown, given)
    return Look(len(orders), _wanted(given, "situation", "tracking"), tuple(wrong))


def _differences(subject: str, shown: Document, given: Given) -> list[str]:
    return [
        f"{subject}: {key} is {'empty' if value in (None, '') else value}, not {given[key]}"
        for key, value in shown.items()
        if key in given and value != given[key]
    ]


def _wanted(given: Given, *keys: str) -> str:
    return ", ".join(str(given[key]) for key in ("order", *keys) if key in given)
