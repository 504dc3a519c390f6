"""What goes wrong by itself, at the ERP and at the shop's platform: by exact counts, or for a while."""

from __future__ import annotations

from typing import Any

from scenarios.runner import durations
from scenarios.runner.deeds.common import ask
from scenarios.runner.scene import Document, Scene
from scenarios.runner.vocabulary import DURATION, Given, Schema, Vocabulary

DEEDS = Vocabulary()

# Our words for the ERP's services that the connector uses, and for the platform's calls.
ERP_CALLS: dict[str, str] = {
    "any": "*",
    "look_at_account": "info.php",
    "list_products": "produtos.pesquisa.php",
    "read_product": "produto.obter.php",
    "read_stock": "produto.obter.estoque.php",
    "list_changed_products": "lista.atualizacoes.produtos",
    "list_changed_stock": "lista.atualizacoes.estoque",
    "insert_order": "pedido.incluir.php",
    "search_orders": "pedidos.pesquisa.php",
    "read_order": "pedido.obter.php",
    "change_situation": "pedido.alterar.situacao",
    "read_invoice": "nota.fiscal.obter.php",
}
SHOP_CALLS: dict[str, str] = {
    "any": "*",
    "list_products": "GET /products",
    "write_product": "PUT /products/by-code/{code}",
    "change_product": "PATCH /products/{id}",
    "write_images": "PUT /products/{id}/images",
    "write_stock": "POST /stock/batch",
    "list_orders": "GET /orders",
    "read_order": "GET /orders/{id}",
    "tell_import": "PUT /orders/{id}/external-reference",
    "change_status": "PUT /orders/{id}/status",
    "write_shipment": "PUT /orders/{id}/shipment",
    "write_invoice": "PUT /orders/{id}/invoice",
    "read_settings": "GET /apps/erp/settings",
    "report": "PATCH /apps/erp/settings",
    "subscribe": "POST /webhooks",
}
# What a call can meet, in our words and the fake's.
ERP_FAULTS: dict[str, str] = {
    "answer_lost": "answer_lost",
    "cut": "cut",
    "stall": "stall",
    "slow": "slow",
    "lands_late": "write_lands_late",
    "page_instead": "html_502",
    "page_with_200": "html_200",
    "unavailable": "http_503",
    "empty_answer": "empty_body",
    "blocked": "blocked_minute",
    "too_many_at_once": "blocked_concurrency",
    "maintenance": "maintenance",
    "unexpected_error": "unexpected",
}
SHOP_FAULTS: dict[str, str] = {
    "answer_lost": "answer_lost",
    "cut": "cut",
    "slow": "slow",
    "page_instead": "html_502",
    "rate_limited": "rate_limited",
    "maintenance": "maintenance",
    "error": "status",
}
TIMED = ("stall", "slow", "lands_late")
LASTING = [name for name in ERP_FAULTS if name not in TIMED]
# The ERP's messages by what they are about, and what can happen to one.
MESSAGES: dict[str, str] = {"stock": "estoque", "situation": "situacao_pedido", "tracking": "rastreio"}
MESSAGE_FAULTS: dict[str, str] = {
    "lost": "drop",
    "doubled": "duplicate",
    "overtaken": "reorder",
    "late": "late",
    "confirmation_lost": "answer_lost",
}

# The platform's messages about orders, and what can happen to one.
SHOP_MESSAGES: dict[str, str] = {
    "any": "*",
    "created": "order.created",
    "paid": "order.paid",
    "updated": "order.updated",
    "cancelled": "order.cancelled",
}
SHOP_MESSAGE_FAULTS: dict[str, str] = {
    "lost": "drop",
    "doubled": "duplicate",
    "overtaken": "reorder",
    "badly_signed": "wrong_signature",
    "of_another_time": "old_timestamp",
}

_FIRST: Schema = {
    "type": "integer",
    "minimum": 1,
    "maximum": 100_000,
    "description": "from which call on, 1 is the next",
}
_CALLS: Schema = {"type": "integer", "minimum": 1, "maximum": 100_000, "description": "how many calls, 1 if not given"}
_SHOP_MESSAGE_FAULTS_AT = "/webhooks/faults"
_SECONDS: Schema = {"type": "number", "minimum": 0, "maximum": 86_400, "description": "for slow, stall and lands_late"}


@DEEDS.deed(
    "erp",
    "fails",
    required=("call", "how"),
    call={"enum": [*ERP_CALLS], "description": "which of the connector's calls"},
    how={"enum": [*ERP_FAULTS], "description": "what the call meets"},
    first=_FIRST,
    calls=_CALLS,
    seconds=_SECONDS,
)
async def erp_fails(scene: Scene, given: Given) -> str:
    """Calls of the ERP meet a fault, by exact count."""
    fault = _fault(given, ERP_CALLS[given["call"]], ERP_FAULTS[given["how"]])
    if "seconds" in given and given["how"] in TIMED:
        fault["with"] = {"seconds": given["seconds"]}
    await ask(scene.erp.send("POST", "/faults", fault))
    return _told(given)


@DEEDS.deed(
    "erp",
    "is_down",
    required=("for",),
    for_={**DURATION, "description": "how long, such as 10m"},
    how={"enum": LASTING, "description": "what every call meets; unavailable if not given"},
)
async def erp_is_down(scene: Scene, given: Given) -> str:
    """Every call of the ERP fails for a while."""
    what = ERP_FAULTS[given.get("how", "unavailable")]
    await ask(scene.erp.send("POST", "/outages", {"what": what, "seconds": durations.seconds(given["for"])}))
    return str(given["for"])


@DEEDS.deed(
    "erp",
    "shares_quota",
    required=("for", "leaves"),
    for_={**DURATION, "description": "how long"},
    leaves={"type": "integer", "minimum": 0, "maximum": 120, "description": "calls a minute that are left for us"},
)
async def erp_shares_quota(scene: Scene, given: Given) -> str:
    """Somebody else uses the same token and leaves only so many calls a minute."""
    outage = {
        "what": "quota_cut",
        "seconds": durations.seconds(given["for"]),
        "calls_per_minute": given["leaves"],
    }
    await ask(scene.erp.send("POST", "/outages", outage))
    return f"{given['leaves']} calls a minute for {given['for']}"


@DEEDS.deed(
    "erp",
    "sends_badly",
    required=("message", "how"),
    message={"enum": [*MESSAGES], "description": "which of the ERP's messages"},
    how={"enum": [*MESSAGE_FAULTS], "description": "what happens to a message on its way"},
    first=_FIRST,
    calls=_CALLS,
    seconds={**_SECONDS, "description": "for late and overtaken"},
)
async def erp_sends_badly(scene: Scene, given: Given) -> str:
    """Messages of the ERP are lost, doubled, late or out of order, by exact count."""
    fault = _fault(given, f"webhook:{MESSAGES[given['message']]}", MESSAGE_FAULTS[given["how"]])
    if "seconds" in given:
        fault["with"] = {"seconds": given["seconds"]}
    await ask(scene.erp.send("POST", "/faults", fault))
    return _told(given, "message")


@DEEDS.deed(
    "webstore",
    "fails",
    required=("call", "how"),
    call={"enum": [*SHOP_CALLS], "description": "which of the connector's calls"},
    how={"enum": [*SHOP_FAULTS], "description": "what the call meets"},
    first=_FIRST,
    calls=_CALLS,
    seconds=_SECONDS,
    status={"type": "integer", "minimum": 400, "maximum": 599, "description": "for error; 500 if not given"},
)
async def webstore_fails(scene: Scene, given: Given) -> str:
    """Calls of the shop's platform meet a fault, by exact count."""
    fault = _fault(given, SHOP_CALLS[given["call"]], SHOP_FAULTS[given["how"]])
    if given["how"] == "error":
        fault["with"] = {"status": given.get("status", 500)}
    elif given["how"] == "slow":
        fault["with"] = {"seconds": given.get("seconds", 10)}
    await ask(scene.shop.send("POST", "/faults", fault))
    return _told(given)


@DEEDS.deed(
    "webstore",
    "sends_badly",
    required=("message", "how"),
    message={"enum": [*SHOP_MESSAGES], "description": "which of the platform's messages about orders"},
    how={"enum": [*SHOP_MESSAGE_FAULTS], "description": "what happens to a message on its way"},
    first=_FIRST,
    calls=_CALLS,
    seconds={"type": "number", "minimum": 1, "maximum": 86_400, "description": "for overtaken; 30 if not given"},
)
async def webstore_sends_badly(scene: Scene, given: Given) -> str:
    """Messages of the platform are lost, doubled, out of order or not to be trusted, by exact count."""
    fault = _fault(given, SHOP_MESSAGES[given["message"]], SHOP_MESSAGE_FAULTS[given["how"]])
    if "seconds" in given:
        fault["with"] = {"seconds": given["seconds"]}
    await ask(scene.shop.send("POST", _SHOP_MESSAGE_FAULTS_AT, fault))
    return _told(given, "message")


@DEEDS.deed("webstore", "is_down", required=("for",), for_={**DURATION, "description": "how long, such as 10m"})
async def webstore_is_down(scene: Scene, given: Given) -> str:
    """Every call of the shop's platform fails until the time is over."""
    # The platform's door knows faults by count only: those that are left are called off.
    ordered = await ask(scene.shop.send("POST", "/faults", {"call": "*", "what": "maintenance", "calls": 100_000}))
    try:
        await scene.clock.sleep(durations.seconds(given["for"]))
    finally:
        await ask(scene.shop.send("DELETE", f"/faults?number={ordered['number']}", {}))
    return str(given["for"])


@DEEDS.deed("webstore", "changes_shop", required=("to",), to={"enum": ["active", "suspended", "closed"]})
async def webstore_changes_shop(scene: Scene, given: Given) -> str:
    """The platform suspends, closes or reopens the shop."""
    await ask(scene.shop.send("PATCH", scene.store, {"status": given["to"]}))
    return str(given["to"])


def _fault(given: Given, call: str, what: str) -> Document:
    fault: dict[str, Any] = {"call": call, "what": what}
    return fault | {key: given[key] for key in ("first", "calls") if key in given}


def _told(given: Given, about: str = "call") -> str:
    first, calls = given.get("first", 1), given.get("calls", 1)
    which = f"{first}" if calls == 1 else f"{first} to {first + calls - 1}"
    return f"{given[about]} {which}: {given['how']}"
