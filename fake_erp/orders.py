"""The orders of one account: kept by id, found by number, customer, situation or date (contract, orders §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from fake_erp import natures, shipping
from fake_erp.records import ZERO
from fake_erp.situations import OPEN

FIRST_ORDER_ID = 810_000_001
FIRST_NUMBER = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of an order, as it was sent; `id_produto` is 0 for a code that no product has."""

    codigo: str
    descricao: str
    unidade: str
    quantidade: str
    valor_unitario: str
    info_adicional: str = ""
    id_produto: int = 0

    @property
    def total(self) -> Decimal:
        """To the cent, as the national invoice has its lines; what is half a cent goes up."""
        return (Decimal(self.quantidade) * Decimal(self.valor_unitario)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(slots=True, kw_only=True)
class Order:
    """A sales order. Texts and amounts are kept as they were sent, under the names of reading (orders §4)."""

    id: int = 0
    numero: int = 0
    inserted: datetime
    updated: datetime
    situacao: str = OPEN
    id_ecommerce: int = 0
    numero_ecommerce: str = ""
    ecommerce: str = ""
    data_pedido: date
    contact_id: int = 0
    cliente: dict[str, str]
    endereco_entrega: dict[str, str] | None = None
    itens: tuple[Item, ...]
    parcelas: tuple[dict[str, str], ...] = ()
    marcadores: tuple[str, ...] = ()
    pagamentos_integrados: tuple[dict[str, str], ...] = ()
    intermediador: dict[str, str] | None = None
    # Header, payment and freight fields that nothing here reckons with.
    texts: dict[str, str] = field(default_factory=dict)
    valor_frete: Decimal = ZERO
    valor_desconto: Decimal = ZERO
    outras_despesas: Decimal = ZERO
    total_produtos: Decimal = ZERO
    total_pedido: Decimal = ZERO
    # Days on which a situation was reached, and every situation with its moment.
    days: dict[str, date] = field(default_factory=dict)
    history: list[tuple[str, datetime]] = field(default_factory=list)
    # Whether the order's quantities are "reserved" or "posted", or neither.
    stock: str = ""
    # Product and quantity of what was reserved or posted: a kit may have other parts when it is given back.
    taken: tuple[tuple[int, Decimal], ...] = ()
    tracking: dict[str, str] = field(default_factory=dict)
    # The platform's own number for the delivery, once it has named one (webhooks §4).
    delivery_id: int = 0
    note_id: int = 0
    nature_id: int = natures.DEFAULT
    # Whether its accounts receivable were posted (orders §8).
    accounts: bool = False

    @property
    def tracking_texts(self) -> dict[str, str]:
        """Despatch data as they are read: they win over what was sent with the order."""
        empty = {"codigo_rastreamento": "", "url_rastreamento": ""}
        return {**empty, **self.tracking}

    @property
    def freight(self) -> dict[str, str]:
        """Way of sending, service, carrier and tracking: what was registered, else what the order came with."""
        names = ("forma_envio", "forma_frete", "nome_transportador")
        told = {**{name: self.texts.get(name, "") for name in names}, **self.tracking_texts}
        # A text that is no registered service is kept out (§2.2).
        service = shipping.service_named(told["forma_envio"], told["forma_frete"])
        return {**told, "forma_frete": service.descricao if service else ""}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The filters of `pedidos.pesquisa.php`; each is a test that an order passes."""

    tests: tuple[Callable[[Order], bool], ...] = ()
    number: str = ""
    loose: bool = False
    newest_first: bool = False


class Orders:
    """Orders in the sequence in which they were inserted."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._by_shop_number: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Order]:
        return iter(list(self._orders.values()))

    def get(self, order_id: int) -> Order | None:
        return self._orders.get(order_id)

    def next_id(self) -> int:
        return FIRST_ORDER_ID + len(self._orders)

    def next_number(self) -> int:
        return FIRST_NUMBER + len(self._orders)

    def add(self, order: Order) -> Order:
        """Keep an order under the next id and number."""
        order.id, order.numero = self.next_id(), self.next_number()
        self._orders[order.id] = order
        if order.numero_ecommerce:
            self._by_shop_number.setdefault(order.numero_ecommerce, []).append(order.id)
        return order

    def of_shop(self, number: str) -> list[Order]:
        """Every order with this number of the platform; there may be several (orders §2.7)."""
        return [self._orders[order_id] for order_id in self._by_shop_number.get(number, [])]

    def search(self, wanted: Wanted) -> list[Order]:
        if not wanted.number:
            candidates = list(self._orders.values())
        elif wanted.loose:
            candidates = [order for order in self._orders.values() if wanted.number in order.numero_ecommerce]
        else:
            candidates = self.of_shop(wanted.number)
        found = [order for order in candidates if all(test(order) for test in wanted.tests)]
        return found[::-1] if wanted.newest_first else found
