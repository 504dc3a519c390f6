"""Which orders of the ERP are an order of the shop: by its number first, then one by one (decisions §3, §25)."""

from __future__ import annotations

from connector.core import orders
from connector.core.orders import Found, ShopOrder
from connector.flows.env import Env
from connector.store.stores import Store
from connector.store.work import Priority


async def orders_found(env: Env, store: Store, order: ShopOrder, priority: Priority) -> list[Found]:
    """Those that are this one, the oldest first: one call for the search and one for each hit."""
    erp = env.erp(store, priority)
    ours = []
    for erp_id in await erp.orders_with_number(order.number):
        found = await erp.found_order(erp_id)
        if found is not None and orders.is_ours(found, order, store.id, store.integrator_id):
            ours.append(found)
    return sorted(ours, key=lambda found: int(found.erp_id))
