"""One visit of a shop's page: world, store, cart; rendering and recording for all pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from aiohttp import web

from fake_webstore.orders import money
from fake_webstore.orders.basket import prices, product_of
from fake_webstore.panel.visit import post_fields, render
from fake_webstore.records import Product, Store, Variant
from fake_webstore.storefront import cart as carts
from fake_webstore.storefront.cart import Cart
from fake_webstore.world import Platform


@dataclass(frozen=True)
class Visit:
    """A buyer in the shop of the path."""

    world: Platform
    store: Store
    cart: Cart
    request: web.Request

    def path(self, rest: str = "") -> str:
        """The address of a page of this shop."""
        return f"/{self.world.name}/loja/{self.store.id}{rest}"

    def page(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        """A page of the shop. The cookie goes along, so that its form's CSRF value is known when it comes back."""
        response = render(
            self.request,
            f"store/{template}",
            status=status,
            world=self.world,
            store=self.store,
            shop=self.path(),
            csrf=self.cart.csrf,
            in_cart=len(self.cart.lines),
            **context,
        )
        carts.write(self.world, self.store, self.cart, response)
        return response

    def go(self, rest: str, cart: Cart) -> web.Response:
        """On to another page, with the cart as it is now."""
        response = web.Response(status=303, headers={"Location": self.path(rest)})
        carts.write(self.world, self.store, cart, response)
        return response

    async def form(self) -> Mapping[str, str]:
        """The posted form; of what a buyer enters only the names are recorded. Raises JournalFull, and 403."""
        fields = await post_fields(self.request)
        self.world.journal.append(
            "storefront", store_id=self.store.id, path=self.request.path, fields=sorted(fields)[:40]
        )
        if not carts.is_own_form(self.cart, fields.get("csrf", "")):
            raise web.HTTPForbidden
        return fields

    def with_cart(self, cart: Cart) -> Visit:
        return replace(self, cart=cart)


def offer(target: Product | Variant) -> dict[str, Any]:
    """What a buyer sees of something that is sold: price, promotion, what is there, how it is counted."""
    product = product_of(target)
    price, today = prices(product.fields, target.fields)
    is_variant = isinstance(target, Variant)
    return {
        "id": target.id,
        "product_id": product.id,
        "name": product.fields["name"],
        "options": " · ".join(target.fields["option_values"]) if is_variant else "",
        "unit": product.fields["unit"],
        "price": money.text(price),
        "today": money.text(today),
        "is_promotion": today < price,
        "available": target.stock.available,
        "step": "0.001" if carts.is_fractional(target) else "1",
    }


def read_quantity(text: str, *, is_fractional: bool) -> Decimal | None:
    """A number as a person types it (`2`, `0,75`); None for what is none, or too much."""
    plain = text.strip().replace(",", ".")
    whole, _, part = plain.partition(".")
    digits = whole + part
    if not digits.isascii() or not digits.isdigit() or not whole or len(whole) > 4 or len(part) > 3:
        return None
    quantity = Decimal(plain)
    if quantity != int(quantity) and not is_fractional:
        return None
    return quantity if quantity <= carts.MOST_OF_ONE else None
