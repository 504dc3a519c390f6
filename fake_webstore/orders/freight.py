"""How an order travels and what that costs (§10.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from random import Random

from fake_webstore.orders import money
from fake_webstore.orders.records import Fields
from scenarios.harness.documents import with_cnpj_digits


@dataclass(frozen=True)
class Service:
    """A carrier's service; what it asks is a base and something for each kilogram begun."""

    code: str
    carrier: str
    name: str
    cnpj_root: str | None
    base: Decimal
    per_kg: Decimal
    days: int


_SERVICES = (
    Service("correios", "Correios", "SEDEX", None, Decimal("21.90"), Decimal("4.35"), 3),
    Service("correios", "Correios", "PAC", None, Decimal("16.40"), Decimal("2.15"), 8),
    Service("jadlog", "Jadlog", ".Package", "10200300", Decimal("14.80"), Decimal("2.60"), 6),
    Service("loggi", "Loggi", "Loggi Expresso", "20300400", Decimal("12.70"), Decimal("3.10"), 4),
    Service("total_express", "Total Express", "Standard", "30400500", Decimal("13.35"), Decimal("2.95"), 5),
)
_FREE_FROM = Decimal(299)
_MOST_WEIGHT = Decimal("9999.999")


def quote(items: list[Fields], subtotal: Decimal, is_pickup: bool, day: date, random: Random) -> Fields:
    """The `shipping` of an order placed that day. From a subtotal on the store pays; at times it gives a fifth."""
    weight = min(_MOST_WEIGHT, sum((_weight(item) for item in items), Decimal(0)))
    service = random.choice(_SERVICES)
    has_rebate = random.random() < 0.2
    quoted = service.base + service.per_kg * max(1, ceil(weight))
    charged = Decimal(0) if subtotal >= _FREE_FROM else money.percent(quoted, Decimal(80)) if has_rebate else quoted
    shown = {
        "modality": "carrier",
        "carrier_code": service.code,
        "carrier_name": service.carrier,
        "service": service.name,
        "carrier_cnpj": with_cnpj_digits(f"{service.cnpj_root}0001") if service.cnpj_root else None,
        "freight_payer": "buyer" if charged else "store",
        "quoted_cost": money.text(quoted),
        "charged_cost": money.text(charged),
        "deadline_business_days": service.days,
        "estimated_delivery_at": _after_business_days(day, service.days).isoformat(),
        "tracking_code": None,
        "tracking_url": None,
        "volumes": 1 + len(items) // 5,
        "gross_weight_kg": f"{weight:.3f}",
        "shipped_at": None,
        "delivered_at": None,
    }
    return {**shown, **_PICKUP, "estimated_delivery_at": day.isoformat()} if is_pickup else shown


_PICKUP: Fields = {
    "modality": "pickup",
    "carrier_code": "own",
    "carrier_name": "Retirada na loja",
    "service": "Retirada",
    "carrier_cnpj": None,
    "freight_payer": "store",
    "quoted_cost": "0.00",
    "charged_cost": "0.00",
    "deadline_business_days": 0,
}


def _weight(item: Fields) -> Decimal:
    exact = Decimal(item["weight_kg"]) * Decimal(str(item["quantity"]))
    return exact.quantize(Decimal("0.001"))


def _after_business_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
