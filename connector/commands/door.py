"""`connector door rotate`: another secret address for a store, with a time in which the old one still works."""

from __future__ import annotations

from datetime import timedelta

from connector.clock import parse_clock
from connector.commands.database import transaction
from connector.flows import door
from connector.settings import Settings
from connector.vault import Vault


def rotate(settings: Settings, store_id: int, grace_hours: float) -> str | None:
    """Until when the old address works; None for a store without the app. Raises DatabaseError."""
    now, grace = parse_clock(settings.clock).now(), timedelta(hours=grace_hours)
    with transaction(settings, writes=True) as c:
        changed = door.rotate(c, Vault(settings.key_list()), now, store_id, grace)
    return (now + grace).isoformat(timespec="minutes") if changed else None
