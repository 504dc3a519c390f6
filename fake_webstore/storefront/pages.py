"""The shop's pages: shelf, product, cart, checkout, order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from aiohttp import web
from markupsafe import Markup

from fake_webstore.api.products import matches
from fake_webstore.orders import basket, checkout, freight, gateway
from fake_webstore.orders.wish import Card, Line, Refused
from fake_webstore.panel import order_wording as words
from fake_webstore.panel.visit import page_number
from fake_webstore.records import Product, Variant
from fake_webstore.storefront import entries
from fake_webstore.storefront.cart import MOST_LINES, is_fractional, sold
from fake_webstore.storefront.entries import Entered
from fake_webstore.storefront.visit import Visit, offer, read_quantity
from scenarios.harness.clock import BRASILIA
from scenarios.harness.places import STATES

_PAGE = 24
_WRONG_QUANTITY = "Quantidade inválida: digite um número, por exemplo 1."
_WRONG_CARD = "Número de cartão inválido: confira os números."
_WRONG_COUPON = "Cupom inválido."
_SOLD_OUT = "Um dos produtos não está mais disponível nessa quantidade. Confira o carrinho."


async def shelf(visit: Visit) -> web.StreamResponse:
    """What is sold, with search."""
    text = visit.request.query.get("q", "").strip()
    living = (p for p in visit.store.products.values() if not p.deleted and p.fields["active"])
    found = [product for product in living if not text or matches(product, text)]
    last = max(1, -(-len(found) // _PAGE))
    page = min(page_number(visit.request), last)
    shown = [_tile(product) for product in found[(page - 1) * _PAGE : page * _PAGE]]
    return visit.page("shelf.html", products=shown, text=text, total=len(found), page=page, last=last)


def _tile(product: Product) -> dict[str, Any]:
    """A product on the shelf: its lowest price."""
    sorts = _sorts(product) or [product]
    cheapest = min((offer(each) for each in sorts), key=lambda each: Decimal(each["today"]))
    is_there = any(each.stock.available > 0 for each in sorts)
    return {**cheapest, "is_there": is_there, "has_variants": bool(product.variants)}


def _sorts(product: Product) -> list[Product | Variant]:
    """What of a product can be bought: its active variants, or itself where it has none."""
    if not product.variants:
        return [product]
    return [one for one in product.variants if one.fields["active"]]


async def show_product(visit: Visit) -> web.StreamResponse:
    return _product_page(visit, _product(visit))


async def add(visit: Visit) -> web.StreamResponse:
    """*Adicionar ao carrinho*."""
    form = await visit.form()
    product = _product(visit)
    target = sold(visit.store, _number(form.get("item", "")))
    if target is None or basket.product_of(target) is not product:
        return _product_page(visit, product, "Escolha uma opção.")
    wanted = read_quantity(form.get("quantity", ""), is_fractional=is_fractional(target))
    if not wanted:
        return _product_page(visit, product, _WRONG_QUANTITY)
    total = visit.cart.lines.get(target.id, Decimal(0)) + wanted
    if total > target.stock.available:
        return _product_page(visit, product, _shortage(target.stock.available))
    if target.id not in visit.cart.lines and len(visit.cart.lines) >= MOST_LINES:
        return _product_page(visit, product, f"O carrinho está cheio: ele leva até {MOST_LINES} produtos.")
    return visit.go("/carrinho", visit.cart.put(target.id, total))


def _shortage(available: Decimal) -> str:
    there = f"{available.normalize():f}".replace(".", ",")
    return f"Estoque insuficiente: só temos {there}." if available > 0 else "Produto esgotado."


def _product_page(visit: Visit, product: Product, message: str = "") -> web.Response:
    fields = product.fields
    offers = [offer(each) for each in _sorts(product)]
    # Sanitised when it was written (§7.1).
    description = Markup(fields["description_html"]) if fields["description_html"] else None
    return visit.page(
        "product.html",
        status=422 if message else 200,
        product=fields,
        product_id=product.id,
        offers=offers,
        description=description,
        is_there=any(each["available"] > 0 for each in offers),
        message=message,
    )


def _product(visit: Visit) -> Product:
    product = visit.store.products.get(int(visit.request.match_info["product"]))
    if product is None or product.deleted or not product.fields["active"]:
        raise web.HTTPNotFound
    return product


def _number(text: str) -> int:
    """An id that was posted; 0, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def show_cart(visit: Visit) -> web.StreamResponse:
    return _cart_page(visit)


async def change_cart(visit: Visit) -> web.StreamResponse:
    """*Atualizar*: quantities and coupon; an empty quantity or 0 takes a line out."""
    form = await visit.form()
    cart = visit.cart
    for target_id in visit.cart.lines:
        target = sold(visit.store, target_id)
        entered = form.get(f"quantity-{target_id}", "").strip() or "0"
        quantity = read_quantity(entered, is_fractional=target is not None and is_fractional(target))
        if quantity is None:
            return _cart_page(visit, _WRONG_QUANTITY)
        if target is not None and quantity > target.stock.available:
            return _cart_page(visit, f"{offer(target)['name']}: {_shortage(target.stock.available)}")
        cart = cart.put(target_id, quantity if target else Decimal(0))
    coupon = form.get("coupon", "").strip().upper()
    if coupon and coupon not in checkout.COUPONS:
        return _cart_page(visit.with_cart(replace(cart, coupon=None)), _WRONG_COUPON)
    return visit.go("/carrinho", replace(cart, coupon=coupon or None))


def _cart_page(visit: Visit, message: str = "") -> web.Response:
    lines, items = visit.cart.wished(visit.store), []
    for line, target_id in zip(lines, _living(visit), strict=True):
        target = sold(visit.store, target_id)
        assert target is not None
        shown = offer(target)
        is_short = line.quantity > target.stock.available
        total = basket.priced_line(visit.store, line)["total"]
        items.append({**shown, "quantity": line.quantity, "total": total, "is_short": is_short})
    subtotal = sum((Decimal(item["total"]) for item in items), Decimal(0))
    return visit.page(
        "cart.html",
        status=422 if message else 200,
        lines=items,
        subtotal=f"{subtotal:.2f}",
        coupon=visit.cart.coupon,
        message=message or (_SOLD_OUT if any(item["is_short"] for item in items) else ""),
    )


def _living(visit: Visit) -> list[int]:
    return [one for one in visit.cart.lines if sold(visit.store, one)]


async def show_checkout(visit: Visit) -> web.StreamResponse:
    if not visit.cart.wished(visit.store):
        return visit.go("/carrinho", visit.cart)
    return _checkout_page(visit, Entered(dict.fromkeys((*entries.FIELDS, *entries.CHOICES), "")))


async def review(visit: Visit) -> web.StreamResponse:
    """*Revisar pedido*: what it comes to, before anything is placed."""
    entered = entries.read(await visit.form())
    if not visit.cart.wished(visit.store):
        return visit.go("/carrinho", visit.cart)
    if entered.wrong:
        return _checkout_page(visit, entered)
    return _review_page(visit, entered)


async def place(visit: Visit) -> web.StreamResponse:
    """*Finalizar compra*."""
    form = await visit.form()
    if (known := visit.store.purchases.get(visit.cart.key)) is not None:
        return _thank(visit, known)
    entered, lines = entries.read(form), visit.cart.wished(visit.store)
    if not lines:
        return visit.go("/carrinho", visit.cart)
    if entered.wrong:
        return _checkout_page(visit, entered)
    card, status = None, "awaiting_payment"
    if entered.values["payment"] in entries.CARDS:
        found = entries.card_of(form.get("card", ""))
        if found is None:
            return _review_page(visit, entered, _WRONG_CARD)
        card, status = found
    return _place(visit, entered, lines, card, status)


def _place(
    visit: Visit, entered: Entered, lines: tuple[Line, ...], card: Card | None, status: str
) -> web.StreamResponse:
    at_first = "awaiting_payment" if status == "refused" else status
    wish = entries.wish(entered, lines, visit.cart.coupon, at_first, card)
    try:
        [order] = checkout.place(visit.world, visit.store, wish)
    except Refused:
        return _cart_page(visit, _SOLD_OUT)
    if status == "refused":
        gateway.refuse(visit.world, visit.store, order)
    visit.store.purchases[visit.cart.key] = order.id
    return _thank(visit, order.id)


def _thank(visit: Visit, order_id: int) -> web.Response:
    return visit.go(f"/pedido/{order_id}", visit.cart.bought(order_id, visit.world.secret(16)))


def _checkout_page(visit: Visit, entered: Entered) -> web.Response:
    items = [basket.priced_line(visit.store, line) for line in visit.cart.wished(visit.store)]
    subtotal = sum((Decimal(item["total"]) for item in items), Decimal(0))
    return visit.page(
        "checkout.html",
        status=422 if entered.wrong else 200,
        fields=entries.FIELDS,
        values=entered.values,
        wrong=entered.wrong,
        states=sorted(STATES),
        services=freight.options(items, subtotal, visit.world.now().astimezone(BRASILIA).date()),
        other_ways={way: (label, freight.OWN[way]["charged_cost"]) for way, label in entries.OTHER_WAYS.items()},
        payments=entries.PAYMENTS,
        subtotal=f"{subtotal:.2f}",
    )


def _review_page(visit: Visit, entered: Entered, message: str = "") -> web.Response:
    lines = visit.cart.wished(visit.store)
    try:
        sums = checkout.preview(visit.world, visit.store, entries.wish(entered, lines, visit.cart.coupon, "paid"))
    except Refused:
        return _cart_page(visit, _SOLD_OUT)
    payment = entered.values["payment"]
    return visit.page(
        "review.html",
        status=422 if message else 200,
        order=sums,
        values=_worth_sending(entered.values),
        entered=entered.values,
        payment=entries.PAYMENTS[payment],
        installments=sums["payments"][0]["installments"],
        needs_card=payment in entries.CARDS,
        cards=(entries.REFUSED_CARD, entries.REVIEWED_CARD),
        message=message,
    )


def _worth_sending(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


async def show_order(visit: Visit) -> web.StreamResponse:
    """An order that this buyer has placed."""
    order_id = int(visit.request.match_info["order"])
    order = visit.store.orders.get(order_id)
    if order is None or order_id not in visit.cart.orders:
        raise web.HTTPNotFound
    return visit.page("order.html", order=order.fields, words=words)
