"""A buyer's cart: one signed cookie for one shop, holding what is in it and which orders the buyer has placed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from decimal import Decimal

from aiohttp import web
from itsdangerous import BadSignature, URLSafeSerializer

from fake_webstore.orders.basket import FRACTIONAL, is_active, product_of
from fake_webstore.orders.wish import Line
from fake_webstore.records import Product, Store, Variant
from fake_webstore.world import Platform

_COOKIE = "webstore_loja"
# What fits into a cookie.
MOST_LINES, _MOST_ORDERS = 30, 20
MOST_OF_ONE = 9999


@dataclass(frozen=True, kw_only=True)
class Cart:
    """`lines`: id of a product or variant → quantity; `orders`: what may be looked at again.

    `key` names the purchase that it leads to, so that a form which is sent twice buys once.
    """

    csrf: str
    key: str
    lines: dict[int, Decimal] = field(default_factory=dict)
    coupon: str | None = None
    orders: tuple[int, ...] = ()

    def put(self, target_id: int, quantity: Decimal) -> Cart:
        """The cart with that much of it; nothing takes it out."""
        lines = {**self.lines, target_id: quantity}
        return replace(self, lines={one: much for one, much in lines.items() if much > 0})

    def bought(self, order_id: int, next_key: str) -> Cart:
        """An empty cart that remembers the order."""
        return replace(self, key=next_key, lines={}, coupon=None, orders=(*self.orders, order_id)[-_MOST_ORDERS:])

    def wished(self, store: Store) -> tuple[Line, ...]:
        """Its lines for the checkout; what the shop no longer sells is left out."""
        found = ((sold(store, one), much) for one, much in self.lines.items())
        return tuple(Line(code=target.code, quantity=much) for target, much in found if target)


def sold(store: Store, target_id: int) -> Product | Variant | None:
    """What a buyer can put into the cart under this id."""
    target = store.variants.get(target_id) or store.products.get(target_id)
    if target is None or product_of(target).deleted or not is_active(target):
        return None
    return None if isinstance(target, Product) and target.variants else target


def is_fractional(target: Product | Variant) -> bool:
    """Whether it is sold in parts, as cloth by the metre is (§16.3)."""
    return product_of(target).fields["unit"] in FRACTIONAL


def read(world: Platform, store: Store, request: web.Request) -> Cart:
    """The cart of the cookie; an empty one where there is none, or one that we did not write."""
    try:
        content = _signer(world, store).loads(request.cookies.get(_COOKIE, ""))
        lines = {int(one): Decimal(much) for one, much in content["lines"].items()}
        kept = {name: content[name] for name in ("csrf", "key", "coupon")}
        return Cart(**kept, lines=lines, orders=tuple(content["orders"]))
    except (BadSignature, KeyError, TypeError, ValueError, ArithmeticError):
        return Cart(csrf=world.secret(32), key=world.secret(16))


def write(world: Platform, store: Store, cart: Cart, response: web.StreamResponse) -> None:
    content = {
        "csrf": cart.csrf,
        "key": cart.key,
        "lines": {str(one): str(much) for one, much in cart.lines.items()},
        "coupon": cart.coupon,
        "orders": cart.orders,
    }
    path = f"/{world.name}/loja/{store.id}"
    response.set_cookie(_COOKIE, str(_signer(world, store).dumps(content)), path=path, httponly=True, samesite="Lax")


def is_own_form(cart: Cart, csrf: str) -> bool:
    """Whether a form carries the cart's CSRF value."""
    return secrets.compare_digest(csrf.encode(), cart.csrf.encode())


def _signer(world: Platform, store: Store) -> URLSafeSerializer:
    return URLSafeSerializer(world.session_key, salt=f"loja:{store.id}")
