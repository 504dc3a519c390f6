"""The services of the API: each reads its parameters and says what `retorno` holds.

A service knows nothing of HTTP, quota or faults. `SERVICES` is what the API answers to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from fake_erp.services import account, listing, product, stock

if TYPE_CHECKING:
    from fake_erp.envelope import Answer
    from fake_erp.services.call import Call


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service by its documented name. `bare` = it is answered without `.php` too (observed)."""

    name: str
    perform: Callable[[Call], Answer]
    params: frozenset[str] = frozenset()
    bare: bool = False


_ALL = (
    Service(name="info.php", perform=account.info),
    Service(name="produtos.pesquisa.php", perform=listing.search, params=listing.PARAMS),
    Service(name="produto.obter.php", perform=product.obtain, params=frozenset({"id"}), bare=True),
    Service(name="produto.obter.estoque.php", perform=stock.obtain, params=frozenset({"id"}), bare=True),
)

SERVICES: Mapping[str, Service] = MappingProxyType({service.name: service for service in _ALL})
