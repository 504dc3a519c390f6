"""What is asked of a checkout; whatever is left open is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from fake_webstore.orders import freight

KEYS = {
    *("count", "seed", "items", "customer", "billing_address", "shipping_address", "payment", "installments"),
    *("status", "coupon", "number", "customer_notes", "gift", "oversell", "payments", "pay_after", "channel"),
    *("intermediary", "delivery", "service"),
}
PAYMENTS = ("pix", "credit_card", "boleto", "bank_transfer", "debit_card", "wallet", "other")
# §10.7: how it travels; a pick-up and what is sent by e-mail have no shipping address.
DELIVERIES = ("carrier", "pickup", "own_delivery", "digital")
_WITHOUT_ADDRESS = ("pickup", "digital")
# Beside another payment; a voucher is worth what it says.
PARTS = (*PAYMENTS, "voucher")
STATUSES = ("paid", "awaiting_payment", "payment_review")
CHANNELS = ("storefront", "marketplace", "manual")
_CHOICES: dict[str, tuple[Any, ...]] = {
    "payment": PAYMENTS,
    "status": STATUSES,
    "channel": CHANNELS,
    "oversell": (True, False),
    "delivery": DELIVERIES,
    "service": freight.SERVICES,
}
# Unlike a coupon or a note, for which None means none.
DRAWN = "(drawn)"
_MOST_ORDERS, _MOST_INSTALLMENTS, _MOST = 1000, 12, 999_999


class Refused(ValueError):
    """The checkout cannot do this; the text goes to the caller."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One wished item: the code of a product or variant. `discount` None means what its promotion gives."""

    code: str
    quantity: Decimal = Decimal(1)
    discount: Decimal | None = None
    gift: bool = False


@dataclass(frozen=True)
class Card:
    """What an order keeps of a card, never its number."""

    brand: str
    last4: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of several payments; the last without an amount takes what is left."""

    method: str
    amount: Decimal | None = None
    installments: int = 1


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A checked request. An empty list of lines, and None elsewhere, mean: draw."""

    count: int = 1
    seed: int | str | None = None
    lines: tuple[Line, ...] = ()
    customer: dict[str, Any] = field(default_factory=dict)
    billing_address: dict[str, Any] = field(default_factory=dict)
    shipping_address: dict[str, Any] | None = None
    delivery: str = "carrier"
    # A carrier's service by its name, such as SEDEX.
    service: str | None = None
    payment: str | None = None
    installments: int | None = None
    card: Card | None = None
    # Several payments instead of one.
    parts: tuple[Part, ...] = ()
    status: str = "paid"
    # Seconds after which an order that waits is paid.
    pay_after: float | None = None
    channel: str = "storefront"
    intermediary: dict[str, Any] = field(default_factory=dict)
    coupon: str | None = DRAWN
    number: int | None = None
    customer_notes: str | None = DRAWN
    gift: dict[str, Any] | None = None
    oversell: bool = False

    @property
    def has_address(self) -> bool:
        """Whether the goods are sent to somewhere."""
        return self.delivery not in _WITHOUT_ADDRESS


def parse(document: dict[str, Any]) -> Wish:
    """The wish of a request whose keys are known. Raises Refused."""
    values = {key: value for key, value in document.items() if key not in ("items", "payments")}
    if "items" in document:
        values["lines"] = _lines(document["items"])
    if "payments" in document:
        values["parts"] = _parts(document)
    for key, least, most in (("count", 1, _MOST_ORDERS), ("installments", 1, _MOST_INSTALLMENTS), ("number", 1, 10**9)):
        if key in values and not (_is_whole(values[key]) and least <= values[key] <= most):
            raise Refused(f"{key} must be a whole number from {least} to {most}, not {values[key]!r}")
    for key, allowed in _CHOICES.items():
        if key in values and values[key] not in allowed:
            raise Refused(f"{key} must be one of {', '.join(map(str, allowed))}, not {values[key]!r}")
    for key in ("customer", "billing_address", "gift", "shipping_address", "intermediary"):
        is_open = key == "shipping_address" and values.get(key) is None
        if key in values and not isinstance(values[key], dict) and not is_open:
            raise Refused(f"{key} must be an object, not {values[key]!r}")
    for key in ("coupon", "customer_notes"):
        if not isinstance(values.get(key), str | None):
            raise Refused(f"{key} must be a text or null, not {values[key]!r}")
    if not isinstance(values.get("seed"), int | str | None):
        raise Refused(f"seed must be a number or a text, not {values['seed']!r}")
    _require_later(values)
    if values.get("intermediary") and values.get("channel") != "marketplace":
        raise Refused("an intermediary belongs to channel marketplace")
    if values.get("installments", 1) > 1 and values.get("payment", "credit_card") != "credit_card":
        raise Refused(f"installments are for credit_card, not {values['payment']}")
    _settle_delivery(values)
    return Wish(**values)


def _settle_delivery(values: dict[str, Any]) -> None:
    """A shipping address of null: the buyer fetches the goods, unless they go by e-mail."""
    has_none = values.get("shipping_address", {}) is None
    delivery = values.setdefault("delivery", "pickup" if has_none else "carrier")
    if has_none and delivery not in _WITHOUT_ADDRESS:
        raise Refused(f"delivery {delivery} needs a shipping address")
    if values.get("shipping_address") and delivery in _WITHOUT_ADDRESS:
        raise Refused(f"delivery {delivery} has no shipping address")
    if "service" in values and delivery != "carrier":
        raise Refused(f"a service belongs to delivery carrier, not {delivery}")


def _lines(items: Any) -> tuple[Line, ...]:
    if not isinstance(items, list) or not items:
        raise Refused("items must be a list of at least one object")
    return tuple(_line(item) for item in items)


def _require_later(values: dict[str, Any]) -> None:
    seconds = values.get("pay_after")
    if seconds is None:
        return
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= 10**7:
        raise Refused(f"pay_after must be a number of seconds from 0 to {10**7}, not {seconds!r}")
    if values.get("status", "paid") == "paid":
        raise Refused("pay_after is for an order that waits: give it status awaiting_payment or payment_review")


def _parts(document: dict[str, Any]) -> tuple[Part, ...]:
    if "payment" in document or "installments" in document:
        raise Refused("give payment (and installments) or payments, not both")
    entries = document["payments"]
    if not isinstance(entries, list) or not 2 <= len(entries) <= 5:
        raise Refused("payments must be a list of 2 to 5 objects; for one payment use payment")
    parts = tuple(_part(entry) for entry in entries)
    if any(part.amount is None for part in parts[:-1]) or parts[-1].amount is not None:
        raise Refused("every payment but the last needs an amount; the last takes what is left")
    return parts


def _part(entry: Any) -> Part:
    if not isinstance(entry, dict) or set(entry) - {"method", "amount", "installments"}:
        raise Refused(f"a payment is an object with method and, if you like, amount, installments; not {entry!r}")
    method, count = entry.get("method"), entry.get("installments", 1)
    if method not in PARTS:
        raise Refused(f"method must be one of {', '.join(PARTS)}, not {method!r}")
    if not (_is_whole(count) and 1 <= count <= _MOST_INSTALLMENTS) or (count > 1 and method != "credit_card"):
        raise Refused(f"installments of {method} cannot be {count!r}")
    amount = _decimal(entry, "amount", 0, "0.01") if "amount" in entry else None
    if amount == 0:
        raise Refused("amount of a payment must be above 0")
    return Part(method=str(method), amount=amount, installments=count)


def _line(item: Any) -> Line:
    known = {"code", "quantity", "discount", "gift"}
    if not isinstance(item, dict) or set(item) - known or not isinstance(item.get("code"), str):
        raise Refused(f"an item is an object with code and, if you like, quantity, discount, gift; not {item!r}")
    quantity = _decimal(item, "quantity", 1, "0.001")
    if quantity <= 0:
        raise Refused(f"quantity must be above 0, not {item['quantity']!r}")
    discount = _decimal(item, "discount", 0, "0.01") if "discount" in item else None
    return Line(code=item["code"], quantity=quantity, discount=discount, gift=item.get("gift") is True)


def amount(document: dict[str, Any], key: str) -> Decimal:
    """Money that was given. Raises Refused."""
    return _decimal(document, key, 0, "0.01")


def _decimal(item: dict[str, Any], key: str, default: int, step: str) -> Decimal:
    value = item.get(key, default)
    try:
        number = Decimal(str(value))
        exact = number == number.quantize(Decimal(step))
    except InvalidOperation:
        exact = False
    if not exact or isinstance(value, bool) or not 0 <= number <= _MOST:
        raise Refused(f"{key} must be a number from 0 to {_MOST} in steps of {step}, not {value!r}")
    return number


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
