"""The services of the API: each reads its parameters and says what `retorno` holds.

A service knows nothing of HTTP, quota or faults. `SERVICES` is what the API answers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fake_erp.services import (
    account,
    category_tree,
    change_lists,
    contact_read,
    contact_write,
    expedition,
    invoice_make,
    invoice_read,
    listing,
    order_change,
    order_despatch,
    order_insert,
    order_markers,
    order_obtain,
    order_posting,
    order_search,
    order_situation,
    point_of_sale,
    price_lists,
    price_write,
    product,
    product_write,
    separation,
    shipping_forms,
    stock,
    stock_write,
    structure,
    tagging,
)
from fake_erp.services.service import Service

_ALL = (
    Service(name="info.php", perform=account.info),
    Service(name="produtos.pesquisa.php", perform=listing.search, params=listing.PARAMS),
    Service(name="produto.obter.php", perform=product.obtain, params=frozenset({"id"}), both=True),
    Service(name="produto.obter.estoque.php", perform=stock.obtain, params=frozenset({"id"}), both=True),
    Service(name="pedido.incluir.php", perform=order_insert.insert, params=order_insert.PARAMS, both=True),
    Service(name="pedidos.pesquisa.php", perform=order_search.search, params=order_search.PARAMS, both=True),
    Service(name="pedido.obter.php", perform=order_obtain.obtain, params=frozenset({"id"}), both=True),
    Service(name="pedido.alterar.situacao", perform=order_situation.change, params=order_situation.PARAMS, both=True),
    *structure.SERVICES,
    *product_write.SERVICES,
    *stock_write.SERVICES,
    *price_write.SERVICES,
    *change_lists.SERVICES,
    *price_lists.SERVICES,
    *category_tree.SERVICES,
    *tagging.SERVICES,
    *point_of_sale.SERVICES,
    *order_change.SERVICES,
    *order_markers.SERVICES,
    *order_posting.SERVICES,
    *order_despatch.SERVICES,
    *invoice_make.SERVICES,
    *invoice_read.SERVICES,
    *contact_read.SERVICES,
    *contact_write.SERVICES,
    *shipping_forms.SERVICES,
    *expedition.SERVICES,
    *separation.SERVICES,
)

SERVICES: Mapping[str, Service] = MappingProxyType({service.name: service for service in _ALL})
