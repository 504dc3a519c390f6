"""The checkout: places realistic orders over the shop's own products, to the cent (§10.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random

from fake_webstore import overselling, shapes, webhooks
from fake_webstore.formats import time_text
from fake_webstore.orders import basket, buyers, freight, gateway, money, payment
from fake_webstore.orders.basket import Basket
from fake_webstore.orders.change import add_line
from fake_webstore.orders.records import Fields, Order
from fake_webstore.orders.wish import DRAWN, Part, Refused, Wish
from fake_webstore.records import Store
from fake_webstore.world import Platform
from scenarios.harness.clock import BRASILIA
from scenarios.harness.documents import with_cnpj_digits

COUPONS = ("PRIMEIRA10", "VOLTA5", "CLIENTE15")
_GIFT_MESSAGES = ("Feliz aniversário! 🎉", "Com carinho, da família toda ❤️", "Parabéns pela conquista")
_NOTES = ("Entregar após as 14h", "Deixar na portaria", "Ligar antes de entregar")
_WRAPPING = Decimal(10)
_MARKETPLACE_CNPJ = with_cnpj_digits("404050600001")


def place(world: Platform, store: Store, wish: Wish) -> list[Order]:
    """As many orders as wished, or none. Raises Refused."""
    baskets: list[Basket] = []
    planned: list[Order] = []
    try:
        for index in range(wish.count):
            baskets.append(Basket(store=store))
            planned.append(_plan(world, store, wish, index, baskets[-1]))
    except Refused:
        for held in baskets:
            held.put_back(world.last_order_id)
        raise
    for order in planned:
        _open(world, store, order)
        gateway.placed(world, store, order, wish)
    return planned


def _open(world: Platform, store: Store, order: Order) -> None:
    """The buyer finished the checkout."""
    store.orders[order.id] = order
    store.order_numbers.add(order.number)
    store.next_order_number = max(store.next_order_number, order.number + 1)
    add_line(world, order, "customer")
    overselling.note(world, store, order)
    webhooks.emit_order(world, store, "created", order)


def _plan(world: Platform, store: Store, wish: Wish, index: int, held: Basket) -> Order:
    """An order that holds its stock and is not yet seen by anybody."""
    number = (wish.number or store.next_order_number) + index
    if number in store.order_numbers:
        raise Refused(f"the store has an order {number} already")
    random = _random(world, store, wish, index)
    order_id, now = world.next_order_id(), world.now().astimezone(BRASILIA)
    basket.fill(held, wish, random)
    buyer = buyers.draw(world, store, wish, random)
    sums = _sums(world.next_payment_id, wish, held.items, now, random)
    moment = time_text(now)
    fields = {
        "id": order_id,
        "number": number,
        "store_id": store.id,
        "status": "awaiting_payment",
        "payment_status": "pending",
        "channel": wish.channel,
        **buyer,
        "items": held.items,
        **sums,
        "intermediary": _intermediary(store, wish),
        "customer_notes": _notes(wish, random),
        "internal_notes": None,
        "invoice": None,
        "external_reference": None,
        "cancel_reason": None,
        "version": 1,
        "created_at": moment,
        "paid_at": None,
        "cancelled_at": None,
        "updated_at": moment,
    }
    require_sound(fields)
    return Order(fields)


def require_sound(fields: Fields) -> None:
    """Raise Refused for values that were given and that no order can have."""
    customer = fields["customer"]
    if unknown := sorted(set(customer) - set(shapes.properties("Customer"))):
        raise Refused(f"customer has no field {unknown[0]!r}")
    for key in ("billing_address", "shipping_address"):
        if unknown := sorted(set(fields[key] or {}) - set(shapes.properties("Address"))):
            raise Refused(f"{key} has no field {unknown[0]!r}")
    if wrong := shapes.findings("Order", fields):
        raise Refused("; ".join(f"{one.field}: {one.code}" for one in wrong))


def _random(world: Platform, store: Store, wish: Wish, index: int) -> Random:
    """By the platform's seed and the wish's own, or the place in the platform's sequence of orders."""
    chosen = world.last_order_id if wish.seed is None else f"{wish.seed}:{index}"
    return Random(f"{world.origin}:{store.id}:order:{chosen}")


def preview(world: Platform, store: Store, wish: Wish) -> Fields:
    """What the order would come to: items, payments, shipping and the six sums; nothing is held. Raises Refused.

    Meant for a wish that leaves nothing to be drawn.
    """
    items = basket.priced(store, wish)
    return {"items": items, **_sums(lambda: 0, wish, items, world.now().astimezone(BRASILIA), Random(0))}


def _sums(next_id: Callable[[], int], wish: Wish, items: list[Fields], now: datetime, random: Random) -> Fields:
    """Payments, shipping and the six sums; `total` is subtotal − discount + shipping + surcharge."""
    subtotal = sum((Decimal(item["total"]) for item in items), Decimal(0))
    shipping = freight.quote(items, subtotal, freight.Delivery(wish.delivery, wish.service), now.date(), random)
    cost, gift, coupon = Decimal(shipping["charged_cost"]), _gift(wish, random), _coupon(wish, random)
    discount = money.percent(subtotal, _coupon_percent(coupon))
    method, count = payment.choose(wish, subtotal - discount + cost, random)
    if wish.parts:
        method, count = "several", 1
    if method == "pix":
        discount += money.percent(subtotal - discount, payment.PIX_DISCOUNT)
    surcharge = _WRAPPING if gift["is_gift"] else Decimal(0)
    if count >= payment.INTEREST_FROM:
        surcharge += money.percent(subtotal - discount + cost + surcharge, payment.INTEREST)
    total = subtotal - discount + cost + surcharge
    parts = wish.parts or (Part(method=method, installments=count),)
    return {
        "payments": [
            payment.pending(next_id(), part, amount, now, random, wish.card)
            for part, amount in payment.shares(parts, total)
        ],
        "shipping": shipping,
        "subtotal": money.text(subtotal),
        "discount": money.text(discount),
        "shipping_cost": money.text(cost),
        "surcharge": money.text(surcharge),
        "total": money.text(total),
        "coupon_code": coupon,
        "gift": gift,
    }


def _intermediary(store: Store, wish: Wish) -> Fields | None:
    """Who brought the order (§10.2): the tax invoice asks for it."""
    if wish.channel != "marketplace":
        return None
    return {"name": "Feira Aberta", "cnpj": _MARKETPLACE_CNPJ, "seller_account": f"loja-{store.id}"} | wish.intermediary


def _coupon(wish: Wish, random: Random) -> str | None:
    drawn = random.choice(COUPONS) if random.random() < 0.2 else None
    return drawn if wish.coupon == DRAWN else wish.coupon


def _coupon_percent(coupon: str | None) -> Decimal:
    """The number at the end of its name, if that is a share that can be given; else ten."""
    if coupon is None:
        return Decimal(0)
    digits = re.search(r"[0-9]{1,2}$", coupon)
    share = int(digits[0]) if digits else 10
    return Decimal(share if 0 < share <= 90 else 10)


def _gift(wish: Wish, random: Random) -> Fields:
    is_gift, message = random.random() < 0.08, random.choice(_GIFT_MESSAGES)
    if wish.gift is not None:
        is_gift = wish.gift.get("is_gift", True)
        return {"is_gift": is_gift, "message": None, "hide_prices": is_gift, **wish.gift}
    return {"is_gift": is_gift, "message": message if is_gift else None, "hide_prices": is_gift}


def _notes(wish: Wish, random: Random) -> str | None:
    drawn = random.choice(_NOTES) if random.random() < 0.2 else None
    return drawn if wish.customer_notes == DRAWN else wish.customer_notes
