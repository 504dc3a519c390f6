"""Shipping forms of an account and what leaves it: expeditions, their groupings, separations (orders §12, §13.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ORDER, NOTE = "venda", "notafiscal"

FIRST_EXPEDITION_ID = 840_000_001
FIRST_GROUP_ID = 850_000_001

# States of a separation (§12).
WAITING, SEPARATED, PACKED, BEING_SEPARATED = 1, 2, 3, 4
SEPARATION_STATES: dict[int, str] = {
    WAITING: "Aguardando separação",
    SEPARATED: "Separada",
    PACKED: "Embalada",
    BEING_SEPARATED: "Em separação",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A registered service of a shipping form (`forma_frete`), with a plain price: base and so much a kilo."""

    id: int
    descricao: str
    codigo: str
    codigo_externo: str
    tipo_entrega: str
    base: Decimal
    per_kilo: Decimal
    days: int

    def price(self, kilos: Decimal) -> Decimal:
        return (self.base + self.per_kilo * kilos).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A shipping form of the account. `tipo` is its code on the wire (§13.4); `nome` a carrier's own name."""

    id: int
    nome: str
    tipo: str
    services: tuple[Service, ...] = ()


def _service(number: int, text: str, code: str, kind: str, base: str, per_kilo: str, days: int) -> Service:
    return Service(
        id=number,
        descricao=text,
        codigo=code,
        codigo_externo=code,
        tipo_entrega=kind,
        base=Decimal(base),
        per_kilo=Decimal(per_kilo),
        days=days,
    )


# What every account of this fake has, in the merchant's order of preference.
FORMS = (
    Form(
        id=11,
        nome="Correios",
        tipo="C",
        services=(
            _service(12, "PAC", "03298", "normal", "14.90", "2.30", 7),
            _service(13, "SEDEX", "03220", "expressa", "24.50", "4.10", 2),
        ),
    ),
    Form(
        id=21,
        nome="Transportadora Exemplo",
        tipo="T",
        services=(_service(22, "Rodoviário", "ROD", "economica", "19.00", "1.20", 9),),
    ),
    Form(
        id=31, nome="Retirada na loja", tipo="S", services=(_service(32, "Retirada", "RET", "retirada", "0", "0", 0),)
    ),
)


def form_of(code: str) -> Form | None:
    """The account's first form of a code such as C, in any case."""
    return next((form for form in FORMS if form.tipo == code.upper()), None)


def form_by_id(number: int) -> Form | None:
    return next((form for form in FORMS if form.id == number), None)


def carrier_named(name: str) -> Form | None:
    """The carrier that is registered under this name (§9: it must exist in the ERP)."""
    return next((form for form in FORMS if form.tipo == "T" and form.nome.casefold() == name.strip().casefold()), None)


def service_named(code: str, text: str) -> Service | None:
    """A service by its whole registered label (§2.2): of the form with this code, of any form without one."""
    forms = [form for form in FORMS if code.upper() in ("", form.tipo)]
    return next((each for form in forms for each in form.services if each.descricao == text), None)


@dataclass(slots=True, kw_only=True)
class Expedition:
    """An object that is to be sent: an order or an invoice. Measures are texts as they were given."""

    id: int
    kind: str
    object_id: int
    day: date
    form_id: int = 0
    service_id: int = 0
    volumes: int = 1
    peso_bruto: str = "0.000"
    peso_liquido: str = "0.000"
    codigo_rastreamento: str = ""
    url_rastreamento: str = ""
    tipo_embalagem: int = 0
    group_id: int = 0


@dataclass(slots=True, kw_only=True)
class Group:
    """A grouping of expeditions of one shipping form; concluded, it changes no more."""

    id: int
    form_id: int
    day: date
    concluded: bool = False


class Shipping:
    """What one account sends, and how far the separation of each order is."""

    def __init__(self) -> None:
        self.expeditions: dict[int, Expedition] = {}
        self.groups: dict[int, Group] = {}
        # State and day by order; an order gets one when it is approved.
        self.separations: dict[int, tuple[int, date]] = {}

    def __iter__(self) -> Iterator[Expedition]:
        return iter(list(self.expeditions.values()))

    def of_object(self, kind: str, object_id: int) -> Expedition | None:
        return next((each for each in self if (each.kind, each.object_id) == (kind, object_id)), None)

    def release(self, kind: str, object_id: int, day: date) -> Expedition:
        """Make an order or an invoice ready to be sent; once is enough."""
        known = self.of_object(kind, object_id)
        if known:
            return known
        made = Expedition(id=FIRST_EXPEDITION_ID + len(self.expeditions), kind=kind, object_id=object_id, day=day)
        self.expeditions[made.id] = made
        return made

    def group(self, form_id: int, members: list[Expedition], day: date) -> Group:
        made = Group(id=FIRST_GROUP_ID + len(self.groups), form_id=form_id, day=day)
        self.groups[made.id] = made
        for member in members:
            member.group_id = made.id
        return made

    def members(self, group_id: int) -> list[Expedition]:
        return [each for each in self if each.group_id == group_id]
