"""How an order is paid (§10.6): method, instalments, what the gateway adds."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from fake_webstore.formats import time_text
from fake_webstore.orders import money
from fake_webstore.orders.records import Fields
from fake_webstore.orders.wish import Card, Part, Refused, Wish

PIX_DISCOUNT = Decimal(5)
# From this many instalments on the buyer pays interest.
INTEREST_FROM, INTEREST = 7, Decimal("2.99")
_GATEWAY, _GATEWAY_CNPJ = "PagBank", "11222333000181"
_PIX_LIVES, _BOLETO_LIVES = timedelta(minutes=30), timedelta(days=3)
_LEAST_INSTALLMENT = 5
# Nobody but the merchant confirms these.
_OFFLINE = ("bank_transfer", "voucher", "other")


def choose(wish: Wish, worth: Decimal, random: Random) -> tuple[str, int]:
    """Method and number of instalments; drawn instalments are of five reais at least."""
    drawn = random.choices(("pix", "credit_card", "boleto"), (45, 45, 10))[0]
    count = random.choice((1, 1, 2, 3, 3, 4, 6, 10, 12))
    method = wish.payment or ("credit_card" if wish.installments else drawn)
    if method != "credit_card":
        return method, 1
    return method, wish.installments or max(1, min(count, int(worth) // _LEAST_INSTALLMENT))


def shares(parts: tuple[Part, ...], total: Decimal) -> list[tuple[Part, Decimal]]:
    """What each of the payments has to bring; the last takes what is left. Raises Refused."""
    given = sum((part.amount for part in parts if part.amount), Decimal(0))
    if given >= total:
        raise Refused(
            f"the payments before the last come to {money.text(given)}, the whole order to {money.text(total)}"
        )
    return [(part, part.amount or total - given) for part in parts]


def pending(
    payment_id: int, part: Part, amount: Decimal, now: datetime, random: Random, card: Card | None = None
) -> Fields:
    """The payment as checkout leaves it; a card that is not given is drawn."""
    # A voucher is the shop's own; nobody else confirms it, and nobody has to wait for it.
    method, is_offline = part.method, part.method in _OFFLINE
    drawn = Card(random.choice(("visa", "mastercard", "elo", "amex")), f"{random.randrange(10_000):04}")
    used = (card or drawn) if method in ("credit_card", "debit_card") else None
    expires = {"pix": now + _PIX_LIVES, "boleto": now + _BOLETO_LIVES}.get(method)
    transaction = UUID(int=random.getrandbits(128), version=4)
    barcode = f"{random.randrange(10**47):047}"
    return {
        "id": payment_id,
        "method": method,
        "offline": is_offline,
        "gateway": None if is_offline else _GATEWAY,
        "status": "pending",
        "amount": money.text(amount),
        "installments": _installments(amount, part.installments, _first_due(method, now, expires)),
        "card_brand": used.brand if used else None,
        "card_last4": used.last4 if used else None,
        "authorization_code": None,
        "nsu": None,
        "transaction_id": None if is_offline else f"tx_{transaction.hex[:12]}",
        "boleto_url": f"https://boleto.exemplo.com.br/{transaction.hex}" if method == "boleto" else None,
        "boleto_line": barcode if method == "boleto" else None,
        "pix_copy_paste": _pix_text(transaction, amount) if method == "pix" else None,
        "expires_at": time_text(expires),
        "paid_at": None,
        "intermediary_cnpj": None if is_offline else _GATEWAY_CNPJ,
    }


def _first_due(method: str, now: datetime, expires: datetime | None) -> date:
    """A card's first bill comes in a month, a boleto is due when it expires, the rest is due today."""
    if method == "credit_card":
        return _months_later(now.date(), 1)
    return expires.date() if method == "boleto" and expires else now.date()


def _installments(amount: Decimal, count: int, first: date) -> list[Fields]:
    return [
        {"number": place + 1, "amount": money.text(part), "due_date": _months_later(first, place).isoformat()}
        for place, part in enumerate(money.parts(amount, count))
    ]


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _pix_text(key: UUID, amount: Decimal) -> str:
    value = money.text(amount)
    return f"00020126580014br.gov.bcb.pix0136{key}520400005303986540{len(value):01X}{value}5802BR6304"
