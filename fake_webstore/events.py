"""The events of §11.1 and the scope that each needs."""

EVENTS = (
    *(f"order.{change}" for change in ("created", "updated", "paid", "cancelled")),
    *(f"product.{change}" for change in ("created", "updated", "deleted")),
    *(f"app.{change}" for change in ("configured", "uninstalled")),
)
_SCOPE_OF = {"order": "read_orders", "product": "read_products", "app": "app_settings"}


def scope_for(event: str) -> str:
    """The scope that a subscription to the event needs (§3.3; for `app.*` our reading)."""
    return _SCOPE_OF[event.partition(".")[0]]
