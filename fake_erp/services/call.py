"""What a service gets to see of a call, and the checks of parameters that services share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_erp import codes
from fake_erp.moods import Moods
from fake_erp.orders import Order
from fake_erp.records import Product

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

# More digits than any id has; int() refuses texts of thousands.
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a service by the owner of a token. `developer` = it came with a Developer-Id (§2.4).

    `json_body` is what a service that reads one gets beside `params`; empty where none was sent.
    """

    world: ErpWorld
    moods: Moods
    params: dict[str, str]
    developer: bool
    xml: bool
    json_body: bytes = b""

    def text(self, name: str) -> str:
        return self.params.get(name, "").strip()


def required(call: Call, name: str) -> str:
    """A parameter that must not be empty. Refuses with code 10, which names it (observed, Transport)."""
    text = call.text(name)
    if not text:
        raise codes.Refusal(codes.PARAMETER_MISSING, f"O parâmetro {name} não foi informado", name)
    return text


def id_named(call: Call, name: str = "id") -> int:
    """A parameter that holds an id. Refuses with 10 if there is no usable one; 0 for one that is nobody's."""
    text = required(call, name)
    # Code 10 may quote the refused value (observed, Transport).
    if not (text.isascii() and text.isdigit()):
        raise codes.Refusal(codes.PARAMETER_MISSING, f"O valor {text[:40]} do parâmetro {name} é inválido", name)
    return int(text) if len(text) <= _LONGEST_NUMBER else 0


def whole(value: object) -> int:
    """An id inside a payload; 0, which is nobody's, for what is none."""
    text = "" if isinstance(value, bool) else str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else 0


def product_named(call: Call, unknown: int) -> Product:
    """The product of the parameter `id`. Refuses with 10 if there is no usable id, `unknown` if it is nobody's."""
    product = call.world.catalogue.get(id_named(call))
    # A deleted product can only be listed (products §0.1): `obter` knows A and I alone.
    if product is None or product.situacao == "E":
        raise codes.Refusal(unknown)
    return product


def order_named(call: Call, name: str = "id") -> Order:
    """The order of a parameter that holds its id, which is not its `numero` (orders §3). Unknown: code 32."""
    order = call.world.orders.get(id_named(call, name))
    if order is None:
        raise codes.Refusal(codes.NOT_FOUND, "Pedido não localizado")
    return order
