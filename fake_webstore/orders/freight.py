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
class Delivery:
    """How the goods travel (§10.7, `modality`); `service` of a carrier by its name, None to draw one."""

    way: str
    service: str | None = None


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


SERVICES = tuple(service.name for service in _SERVICES)


def quote(items: list[Fields], subtotal: Decimal, wished: Delivery, day: date, random: Random) -> Fields:
    """The `shipping` of an order placed that day.

    From a subtotal on the store pays; where the service is drawn it gives a fifth at times.
    """
    drawn, has_rebate = random.choice(_SERVICES), random.random() < 0.2
    service = next((each for each in _SERVICES if each.name == wished.service), drawn)
    shown = _by_carrier(service, items, subtotal, day, has_rebate and wished.service is None)
    if wished.way == "carrier":
        return shown
    own = OWN[wished.way]
    return {
        **shown,
        **own,
        "estimated_delivery_at": _after_business_days(day, own["deadline_business_days"]).isoformat(),
    }


def options(items: list[Fields], subtotal: Decimal, day: date) -> list[Fields]:
    """What each carrier's service would be, for the buyer to choose from."""
    ways = (Delivery("carrier", service.name) for service in _SERVICES)
    return [quote(items, subtotal, way, day, Random(0)) for way in ways]


def _by_carrier(service: Service, items: list[Fields], subtotal: Decimal, day: date, has_rebate: bool) -> Fields:
    weight = min(_MOST_WEIGHT, sum((_weight(item) for item in items), Decimal(0)))
    quoted = service.base + service.per_kg * max(1, ceil(weight))
    charged = Decimal(0) if subtotal >= _FREE_FROM else money.percent(quoted, Decimal(80)) if has_rebate else quoted
    return {
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


def _without_carrier(way: str, name: str, service: str, cost: str, days: int) -> Fields:
    return {
        "modality": way,
        "carrier_code": "own",
        "carrier_name": name,
        "service": service,
        "carrier_cnpj": None,
        "freight_payer": "buyer" if Decimal(cost) else "store",
        "quoted_cost": cost,
        "charged_cost": cost,
        "deadline_business_days": days,
    }


OWN: dict[str, Fields] = {
    "pickup": _without_carrier("pickup", "Retirada na loja", "Retirada", "0.00", 0),
    "own_delivery": _without_carrier("own_delivery", "Entrega da loja", "Motoboy", "9.90", 1),
    "digital": _without_carrier("digital", "Envio por e-mail", "Digital", "0.00", 0),
}


def _weight(item: Fields) -> Decimal:
    exact = Decimal(item["weight_kg"]) * Decimal(str(item["quantity"]))
    return exact.quantize(Decimal("0.001"))


def _after_business_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
