"""The integrations of one account: the platforms that it sends to, each with its settings (stock webhook §2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

# The webhooks of an integration, by their `tipo`, and what the screen calls each address.
KINDS: dict[str, str] = {
    "estoque": "URL do webhook de estoque",
    "situacao_pedido": "URL para envio de alteração na situação de pedidos",
    "rastreio": "URL para envio do código de rastreamento",
    "nota_fiscal": "URL para envio de notas fiscais",
    "precos": "URL para envio dos preços",
    "produto": "URL para envio de produtos",
}

FIRST_ID = 8123


@dataclass(kw_only=True, slots=True)
class Integration:
    """One integration. `id` is its "Identificador do integrador": `idEcommerce` and `id_ecommerce` of the wire."""

    id: int
    nome: str
    added: datetime
    # Switched off by the merchant: nothing is sent.
    active: bool = True
    # Secret of the freight quotation (order webhooks §7).
    token: str = ""
    # Addresses by the `tipo` that goes there; "" = none was entered.
    addresses: dict[str, str] = field(default_factory=dict)
    # "Enviar saldo físico": F, otherwise D.
    send_physical: bool = True
    # "Depósito a ser considerado na integração"; "" = every depot that counts.
    depot: str = ""
    send_preparation_days: bool = False
    email_shipped: bool = False
    email_delivered: bool = False
    # "Dados Fiscais": natureza de operação, and the one for ICMS contributors.
    nature: str = ""
    contributor_nature: str = ""

    def address(self, tipo: str) -> str:
        """Where messages of this kind go now; "" if nowhere."""
        return self.addresses.get(tipo, "") if self.active else ""


class Integrations:
    """Integrations in the order in which they were added."""

    def __init__(self) -> None:
        self._integrations: dict[int, Integration] = {}

    def __iter__(self) -> Iterator[Integration]:
        return iter(list(self._integrations.values()))

    def __len__(self) -> int:
        return len(self._integrations)

    def get(self, number: int) -> Integration | None:
        return self._integrations.get(number)

    @property
    def main(self) -> Integration | None:
        """The oldest: the one that a world's settings speak of."""
        return next(iter(self._integrations.values()), None)

    def next_id(self) -> int:
        return max(self._integrations, default=FIRST_ID - 1) + 1

    def add(self, integration: Integration) -> Integration:
        self._integrations[integration.id] = integration
        return integration

    def renumber(self, integration: Integration, number: int) -> None:
        """Give an integration another number; its place in the order stays."""
        everyone = list(self._integrations.values())
        integration.id = number
        self._integrations = {each.id: each for each in everyone}

    def remove(self, number: int) -> None:
        self._integrations.pop(number, None)
