"""The items of an order (§10.5): chosen or drawn from what the shop sells, priced, and held in stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from fake_webstore.formats import quantity_number
from fake_webstore.orders import money, reserve
from fake_webstore.orders.records import Fields
from fake_webstore.orders.wish import Line, Refused, Wish
from fake_webstore.records import Product, Store, Variant

# §16.3: only these are sold in fractions.
FRACTIONAL = ("KG", "L", "M", "M2", "M3")
_TRIES = 40


@dataclass(kw_only=True)
class Basket:
    """What one order takes; `put_back` undoes the holding of an order that is not placed after all."""

    store: Store
    items: list[Fields] = field(default_factory=list)
    held: list[tuple[Product | Variant, Decimal]] = field(default_factory=list)

    def put_back(self, order_id: int) -> None:
        for target, quantity in self.held:
            reserve.release(target.stock, quantity, order_id)
        self.held.clear()


def fill(basket: Basket, wish: Wish, random: Random) -> None:
    """Take what is wished, or one to four things that are there. Raises Refused; what was held stays held."""
    lines = list(wish.lines) or _drawn(basket.store, random, wish.oversell)
    for line in lines:
        target = _target(basket.store, line.code)
        if not wish.oversell:
            _require(target, line)
        reserve.hold(target.stock, line.quantity)
        basket.held.append((target, line.quantity))
        basket.items.append(_item(target, line, len(basket.items) + 1))


def priced(store: Store, wish: Wish) -> list[Fields]:
    """The items that the wished lines would be; nothing is held. Raises Refused."""
    for line in wish.lines:
        _require(_target(store, line.code), line)
    return [priced_line(store, line, number) for number, line in enumerate(wish.lines, 1)]


def priced_line(store: Store, line: Line, number: int = 1) -> Fields:
    """The item that a line would be, whether or not there is enough of it. Raises Refused."""
    return _item(_target(store, line.code), line, number)


def _target(store: Store, code: str) -> Product | Variant:
    target = store.by_code.get(code)
    if target is None or product_of(target).deleted:
        raise Refused(f"the shop sells nothing with the code {code!r}")
    if isinstance(target, Product) and target.variants:
        known = ", ".join(variant.code for variant in target.variants)
        raise Refused(f"{code!r} has variants: name one of {known}")
    return target


def _require(target: Product | Variant, line: Line) -> None:
    if not is_active(target):
        raise Refused(f'{line.code!r} is not active; with "oversell": true it is sold all the same')
    if line.quantity > target.stock.available:
        asked, there = quantity_number(line.quantity), quantity_number(target.stock.available)
        raise Refused(
            f"not enough of {line.code!r}: {asked} asked, {there} available; "
            'with "oversell": true it is sold all the same'
        )


def _drawn(store: Store, random: Random, oversell: bool) -> list[Line]:
    """Lines about different things; Refused where the shop has nothing to sell."""
    wanted = random.choices((1, 2, 3, 4), (50, 30, 14, 6))[0]
    lines: dict[str, Line] = {}
    for target in _candidates(store, random):
        if target.code not in lines and (line := _drawn_line(target, random, oversell)):
            lines[target.code] = line
            if len(lines) == wanted:
                break
    if not lines:
        raise Refused('the shop has nothing available to sell; with "oversell": true it sells all the same')
    return list(lines.values())


def _candidates(store: Store, random: Random) -> Iterator[Product | Variant]:
    """Some at random, and then all, so that a shop with little left is searched through only when need be."""
    products = list(store.products.values())
    for _ in range(_TRIES if products else 0):
        product = random.choice(products)
        yield random.choice(product.variants) if product.variants else product
    for product in products:
        yield from product.variants
        if not product.variants:
            yield product


def _drawn_line(target: Product | Variant, random: Random, oversell: bool) -> Line | None:
    product = product_of(target)
    if product.deleted or not is_active(target):
        return None
    if product.fields["unit"] in FRACTIONAL:
        quantity = Decimal(random.choice(("0.5", "0.75", "1", "1.25", "2")))
    else:
        quantity = Decimal(random.choices((1, 2, 3), (70, 22, 8))[0])
    if not oversell and quantity > (there := target.stock.available):
        # The last of it, as far as it is sold whole.
        quantity = Decimal(int(there))
    return Line(code=target.code, quantity=quantity) if quantity > 0 else None


def _item(target: Product | Variant, line: Line, number: int) -> Fields:
    """The line with what is copied at purchase time; a promotion shows as its discount."""
    product, own = product_of(target).fields, target.fields
    price, promotion = prices(product, own)
    full = money.rounded(price * line.quantity)
    discount = full - money.rounded(promotion * line.quantity) if line.discount is None else line.discount
    if line.gift:
        discount = full
    if discount > full:
        raise Refused(f"discount of {line.code!r} is {discount}, more than its {full}")
    is_variant = isinstance(target, Variant)
    return {
        "id": number,
        "product_id": product_of(target).id,
        "variant_id": target.id if is_variant else None,
        "code": own["code"],
        "name": product["name"],
        "unit": product["unit"],
        "gtin": own["gtin"],
        "ncm": product["ncm"],
        "option_values": own["option_values"] if is_variant else [],
        "quantity": quantity_number(line.quantity),
        "unit_price": money.text(price),
        "discount": money.text(discount),
        "total": money.text(full - discount),
        "weight_kg": own["gross_weight_kg"] or product["gross_weight_kg"],
        "gift": line.gift,
    }


def prices(product: Fields, own: Fields) -> tuple[Decimal, Decimal]:
    """Full price, and what it costs today; a variant inherits what it does not have (§7.3)."""
    price = Decimal(own["price"] or product["price"])
    promotion = own["promotional_price"] or product["promotional_price"]
    return price, min(price, Decimal(promotion)) if promotion else price


def product_of(target: Product | Variant) -> Product:
    return target.product if isinstance(target, Variant) else target


def is_active(target: Product | Variant) -> bool:
    return bool(target.fields["active"] and product_of(target).fields["active"])
