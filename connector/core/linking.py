"""An order that somebody typed into the ERP by hand: whether it is the shop's order that waits."""

from __future__ import annotations

from connector.core.orders import Found, ShopOrder, mark_of


def objections(found: Found, order: ShopOrder, store_id: int) -> tuple[str, ...]:
    """What speaks against their being the same order; empty where nothing does."""
    speaks = {
        "document": found.document != order.buyer.erp_document,
        "total": found.total != order.total,
        "cancelled": found.is_cancelled and order.status != "cancelled",
        "mark": "[Webstore " in found.internal_note and mark_of(store_id, order.order_id) not in found.internal_note,
    }
    return tuple(name for name, is_so in speaks.items() if is_so)
