"""What the deeds of several actors have in common."""

from __future__ import annotations

from collections.abc import Iterable

from connector.demo.errors import DemoError
from scenarios.runner.books import books
from scenarios.runner.scene import Document, Scene, code_of, leaves
from scenarios.runner.vocabulary import NAME, TEXT, CannotPlay, Given, Schema, StepFailed

SOME: Schema = {"type": "integer", "minimum": 1, "maximum": 1000}
ORDER: Schema = {**NAME, "description": "orders that an earlier step named by `as`"}
CODE: Schema = {**TEXT, "description": "the code of one product or variation"}
ANY: Schema = {**SOME, "description": "how many, drawn by the seed"}

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


async def chosen_leaves(scene: Scene, given: Given) -> list[Document]:
    """The product or variation of `code`, or `any` many of those that have a balance of their own."""
    return chosen(scene, given, leaves(await scene.erp_products()), "whose stock could be moved")


def chosen(scene: Scene, given: Given, products: Iterable[Document], what: str) -> list[Document]:
    """Those that a step names by `code` or draws by `any`. Raises CannotPlay where there are too few."""
    known = sorted(products, key=code_of)
    if "code" in given:
        found = [product for product in known if code_of(product) == given["code"]]
        if not found:
            raise CannotPlay(f"the account has no product {given['code']!r} {what}")
        return found[:1]
    if given["any"] > len(known):
        raise CannotPlay(f"the account has {len(known)} products {what}, not {given['any']}")
    return scene.random().sample(known, given["any"])


async def shown_as(scene: Scene, code: str) -> Document:
    """The shop's product of a code. Raises CannotPlay if it has none."""
    for product in await scene.shop_products():
        if product["code"] == code:
            return product
    raise CannotPlay(f"the shop has no product {code!r}: wait for it by `eventually: pulled`")


async def path_in_erp(scene: Scene, order: Document) -> str:
    """The order's path at the ERP's control door, found as a person would: by the shop's number and the buyer."""
    for kept in (await books(scene)).of(order):
        return f"/orders/{kept['id']}"
    raise StepFailed(f"the ERP has no order {order['number']}: wait for it by `eventually: orders_in_erp_once`")


async def ask(door_call: object) -> Document:
    """What a control door answers; what it refuses, the story asks in vain."""
    try:
        answer: Document = await door_call  # type: ignore[misc]  # any awaitable of a door
    except DemoError as error:
        raise CannotPlay(str(error)) from None
    return answer


def numbers(orders: list[Document]) -> str:
    return ", ".join(f"order {order['number']}" for order in orders)
