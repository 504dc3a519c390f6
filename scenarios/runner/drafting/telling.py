"""What the entries of a journal say in the words of stories: what people did and what went wrong.

What the connector did, and what followed by itself, is not told: the story's own connector shall do it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from scenarios.runner import durations
from scenarios.runner.deeds import trouble
from scenarios.runner.deeds.common import SITUATIONS
from scenarios.runner.drafting.draft import Draft
from scenarios.runner.drafting.reading import Entry
from scenarios.runner.scene import Document

_WORDS_OF_SITUATIONS = {code: word for word, code in SITUATIONS.items()}
# In the place of a carrier's code, which leads to a person.
_TRACKING = "OY000000000BR"
# Transport, section 3.4: what the ERP's refusals are as faults.
_REFUSALS = {6: "blocked", 11: "too_many_at_once", 35: "unexpected_error", 99: "maintenance"}
_STATUSES = {502: "page_instead", 503: "unavailable"}
_LARGEST_BALANCE, _LARGEST_MOVEMENT = 999_999, 9_999


def draft(found: list[Entry]) -> Draft:
    """The draft of a story in which the same happens."""
    made = Draft(found)
    for entry in found:
        _TELLERS.get(entry["kind"], _untold)(made, entry)
    return made


def _untold(made: Draft, entry: Entry) -> None:
    made.leave(entry, "no step says this")


def _follows(_: Draft, __: Entry) -> None:
    """It is the connector's own, or follows from what is told."""


def _stock_moved(made: Draft, entry: Entry) -> None:
    if entry.get("by") == "api":
        made.leave(entry, "a program moved this stock; stories know the operator")
        return
    _moves(made, entry, entry.get("idProduto"), entry.get("tipo"), entry.get("quantidade"))


def _moves(made: Draft, entry: Entry, product: object, kind: object, quantity: object) -> None:
    """`kind` is B for a counted balance, E for an entry, S for an exit."""
    number = _number(quantity)
    if number is None or kind not in ("B", "E", "S"):
        made.leave(entry, "its quantity cannot be read")
        return
    whole = int(number)
    remarks = [] if whole == number else [f"its quantity is {number}: steps know whole numbers only"]
    if kind == "B" and 0 <= whole <= _LARGEST_BALANCE:
        made.moves_stock(entry, product, {"to": whole}, *remarks)
        return
    if kind == "B":
        remarks.append("a balance below zero is reached by an exit")
        made.moves_stock(entry, product, {"to": 0})
    by = whole if kind in ("B", "E") else -whole
    made.moves_stock(entry, product, {"by": max(-_LARGEST_MOVEMENT, min(by, _LARGEST_MOVEMENT))}, *remarks)


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _message(made: Draft, entry: Entry) -> None:
    """A message of the ERP has `tipo`, one of the shop `event`; it is told where its cause is not."""
    if entry.get("attempt", 1) != 1 or entry.get("fault") == "drop":
        return
    about = str(entry.get("tipo") or entry.get("event"))
    _MESSAGES.get(about, _unknown_message)(made, entry)


def _unknown_message(made: Draft, entry: Entry) -> None:
    made.leave(entry, f"stories know no message {str(entry.get('tipo') or entry.get('event'))[:40]!r}")


def _stock_message(made: Draft, entry: Entry) -> None:
    if "stock_moved" in made.kinds or "order_inserted" in made.kinds:
        return
    content = _content(entry)
    made.is_of_physical = made.is_of_physical and content.get("tipoEstoque") != "D"
    _moves(made, entry, content.get("idProduto", content.get("sku")), "B", content.get("saldo"))


def _situation_message(made: Draft, entry: Entry) -> None:
    if "order_situation" in made.kinds:
        return
    content = _content(entry)
    known_as = content.get("idPedidoEcommerce") or content.get("idVendaTiny")
    _moves_order(made, entry, known_as, content.get("situacao"))


def _tracking_message(made: Draft, entry: Entry) -> None:
    if "order_tracking" in made.kinds:
        return
    content = _content(entry)
    order = made.order_in_erp(entry, content.get("idPedidoEcommerce") or content.get("idVendaTiny"))
    remark = "a step that gives a tracking code marks the order as shipped too"
    made.say(entry, {"operator": "ships", "order": order, "tracking": _TRACKING}, remark)
    made.reaches(order, "shipped")


def _invoice_message(made: Draft, entry: Entry) -> None:
    if "note_authorised" in made.kinds:
        return
    content = _content(entry)
    order = made.order_in_erp(entry, content.get("idPedidoEcommerce") or content.get("idNotaFiscalTiny"))
    made.say(entry, {"operator": "invoices", "order": order})
    made.reaches(order, "invoiced")


def _content(entry: Entry) -> dict[str, Any]:
    content = entry.get("dados")
    return content if isinstance(content, dict) else {}


def _order_event(made: Draft, entry: Entry) -> None:
    """An event of the shop tells which order it is about; the journal of it does not."""
    if "order_inserted" in made.kinds:
        return
    resource = entry.get("resource")
    number = resource.get("id") if isinstance(resource, dict) else None
    match entry["event"]:
        case "order.created":
            made.order(entry, number or entry.get("event_id"), paid=False)
        case "order.paid":
            _pays(made, entry, number)
        case "order.cancelled":
            order = made.order(entry, number) if number else made.last_order
            if order is None:
                made.leave(entry, "which order it was is not recorded")
                return
            made.cancels(entry, order, *(() if number else ("which order it was is not recorded",)))


def _pays(made: Draft, entry: Entry, number: object) -> None:
    order = made.order(entry, number, paid=False) if number else made.last_order
    if order is None:
        made.leave(entry, "which order it was is not recorded")
        return
    made.pays(entry, order)


def _order_inserted(made: Draft, entry: Entry) -> None:
    if entry.get("by") == "api":
        made.order(entry, entry.get("numero_ecommerce"))
        made.same_order(entry.get("numero_ecommerce"), entry.get("id"))
    else:
        made.leave(entry, "somebody typed this order in the ERP; stories know orders of the shop")


def _order_situation(made: Draft, entry: Entry) -> None:
    if entry.get("by") != "api":
        _moves_order(made, entry, entry.get("id"), entry.get("situacao"))
    elif entry.get("situacao") == SITUATIONS["cancelled"]:
        made.cancels(entry, made.order(entry, entry.get("id")))


def _moves_order(made: Draft, entry: Entry, known_as: object, situation: object) -> None:
    word = _WORDS_OF_SITUATIONS.get(str(situation))
    if word is None:
        made.leave(entry, "stories know no such situation")
        return
    order = made.order_in_erp(entry, known_as)
    if made.has_reached(order, word):
        return
    made.say(entry, {"operator": "sets_situation", "order": order, "situation": word})
    made.reaches(order, word)


def _order_tracking(made: Draft, entry: Entry) -> None:
    order = made.order_in_erp(entry, entry.get("id"))
    remark = "a step that gives a tracking code marks the order as shipped too"
    made.say(entry, {"operator": "ships", "order": order, "tracking": _TRACKING}, remark)
    made.reaches(order, "shipped")


def _note_generated(made: Draft, entry: Entry) -> None:
    order = made.order_in_erp(entry, entry.get("order"))
    made.say(entry, {"operator": "invoices", "order": order}, "the step has it authorised as well")
    made.reaches(order, "invoiced")


def _product_changed(made: Draft, entry: Entry) -> None:
    fields = entry.get("fields")
    if fields != ["preco"]:
        made.leave(entry, f"what became of {', '.join(map(str, fields or ['it']))} is not recorded")
        return
    step = {"operator": "changes_product", "code": made.product(entry.get("id")), "price": "59.90"}
    made.say(entry, step, "the new price is not recorded")


def _token_generated(made: Draft, entry: Entry) -> None:
    made.say(entry, {"operator": "generates_token"})
    made.say(entry, {"merchant": "pastes_token"}, "when the merchant did this is not recorded")


def _outage(made: Draft, entry: Entry) -> None:
    length = durations.words(float(_number(entry.get("seconds")) or 1))
    what = entry.get("what")
    if what == "quota_cut":
        made.say(entry, {"erp": "shares_quota", "for": length, "leaves": int(entry.get("calls_per_minute") or 0)})
        return
    how = _word(trouble.ERP_FAULTS, what)
    if how not in trouble.LASTING:
        made.leave(entry, f"stories know no outage {str(what)[:40]!r}")
        return
    made.say(entry, {"erp": "is_down", "for": length, "how": how})


def _fault_ordered(made: Draft, entry: Entry) -> None:
    about, what = str(entry.get("call")), entry.get("what")
    is_of_shop = _word(trouble.ERP_CALLS, about) is None or (about == "*" and "api" in made.kinds)
    if entry["kind"] == "webhook_fault_ordered":
        step = _badly("webstore", trouble.SHOP_MESSAGES, about, trouble.SHOP_MESSAGE_FAULTS, what)
    elif about.startswith("webhook:"):
        step = _badly("erp", trouble.MESSAGES, about.partition(":")[2], trouble.MESSAGE_FAULTS, what)
    elif is_of_shop:
        step = _fails("webstore", trouble.SHOP_CALLS, about, trouble.SHOP_FAULTS, what)
    else:
        step = _fails("erp", trouble.ERP_CALLS, about, trouble.ERP_FAULTS, what)
    if step is None:
        made.leave(entry, "stories know no such fault of such a call")
        return
    counts = {key: entry[key] for key in ("first", "calls") if isinstance(entry.get(key), int) and entry[key] > 1}
    given = entry.get("with") or {}
    more = {key: _plain(number) for key in ("seconds", "status") if (number := _number(given.get(key))) is not None}
    made.say(entry, {**step, **counts, **more})


def _call(made: Draft, entry: Entry) -> None:
    """A call of the ERP that met trouble, where no order for it is told."""
    if made.kinds & {"fault_ordered", "outage_ordered"}:
        return
    status, code = entry.get("status"), entry.get("code")
    how = _word(trouble.ERP_FAULTS, entry.get("fault")) or _REFUSALS.get(code or 0) or _STATUSES.get(status or 0)
    if how is not None:
        _failed(made, entry, _fails("erp", trouble.ERP_CALLS, entry.get("service"), trouble.ERP_FAULTS, None, how))


def _api(made: Draft, entry: Entry) -> None:
    """The same of the shop."""
    if "fault_ordered" not in made.kinds and (how := _word(trouble.SHOP_FAULTS, entry.get("fault"))):
        _failed(made, entry, _fails("webstore", trouble.SHOP_CALLS, entry.get("call"), trouble.SHOP_FAULTS, None, how))


def _failed(made: Draft, entry: Entry, step: Document | None) -> None:
    if step is None:
        made.leave(entry, "stories know no such call")
        return
    made.say(entry, step)


def _disturbed(made: Draft, entry: Entry) -> None:
    if "fault_ordered" in made.kinds:
        return
    step = _badly("erp", trouble.MESSAGES, entry.get("tipo"), trouble.MESSAGE_FAULTS, entry.get("what"))
    _failed(made, entry, step)


def _badly(
    actor: str, messages: dict[str, str], about: object, faults: dict[str, str], what: object
) -> Document | None:
    message, how = _word(messages, about), _word(faults, what)
    return {actor: "sends_badly", "message": message, "how": how} if message and how else None


def _fails(
    actor: str, calls: dict[str, str], about: object, faults: dict[str, str], what: object, how: str | None = None
) -> Document | None:
    call, how = _word(calls, about), how or _word(faults, what)
    return {actor: "fails", "call": call, "how": how} if call and how else None


def _word(known: dict[str, str], theirs: object) -> str | None:
    """Our word for a name of the fakes; a service is the same with and without `.php`."""
    bare = str(theirs).removesuffix(".php")
    return next((ours for ours, name in known.items() if name.removesuffix(".php") == bare), None)


Teller = Callable[[Draft, Entry], None]

_MESSAGES: dict[str, Teller] = {
    "estoque": _stock_message,
    "situacao_pedido": _situation_message,
    "rastreio": _tracking_message,
    "nota_fiscal": _invoice_message,
    "order.created": _order_event,
    "order.paid": _order_event,
    "order.cancelled": _order_event,
    "order.updated": _follows,
    "app.configured": _follows,
}
_TELLERS: dict[str, Teller] = {
    "stock_moved": _stock_moved,
    "webhook": _message,
    "order_inserted": _order_inserted,
    "order_situation": _order_situation,
    "order_tracking": _order_tracking,
    "note_generated": _note_generated,
    "product_changed": _product_changed,
    "token_generated": _token_generated,
    "outage_ordered": _outage,
    "fault_ordered": _fault_ordered,
    "webhook_fault_ordered": _fault_ordered,
    "call": _call,
    "api": _api,
    "webhook_disturbed": _disturbed,
    **dict.fromkeys(
        (
            "accounts_posted",
            "contact_added",
            "integration_changed",
            "landed_late",
            "mapped",
            "note_authorised",
            "order_marked",
            "panel",
            "probe",
            "queue_read",
            "settings_changed",
            "stock_posted",
            "stock_reversed",
        ),
        _follows,
    ),
}
