"""Where messages go, and addresses that are given up (order webhooks §1 and §2).

That twenty failures in a row take an address away is hearsay (observed): a switch of the world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fake_erp import extensions
from fake_erp.deliveries import ACCOUNT, Delivery
from fake_erp.settings import ACCOUNT_ADDRESSES
from scenarios.harness.journal import mask_url

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

MOST_FAILURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """An address that was taken away; `url` is masked."""

    channel: int
    tipo: str
    url: str
    at: datetime


@dataclass(slots=True)
class Row:
    """Failures in a row at one address, entered in one place."""

    address: str
    failures: int = 0


class Failures:
    """What failed in a row, by the place where an address is entered, and what was taken away for it."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.dropped: list[Dropped] = []


def of_account(world: ErpWorld, tipo: str) -> str:
    """Where the account's own notifications of a kind go; they need the extension. "" = nowhere."""
    address: str = getattr(world.settings, ACCOUNT_ADDRESSES[tipo])
    return address if address and world.has(extensions.WEBHOOKS) else ""


def of(world: ErpWorld, delivery: Delivery) -> str:
    """The address that is entered now for a message of this kind; "" if none is."""
    if delivery.channel == ACCOUNT:
        return of_account(world, delivery.tipo)
    integration = world.integrations.get(delivery.channel)
    return integration.address(delivery.tipo) if integration else ""


def attempted(world: ErpWorld, delivery: Delivery, *, confirmed: bool) -> None:
    """Count an attempt, and take the address away after too many failures. Raises JournalFull."""
    address = of(world, delivery)
    if not address or not world.settings.drop_address_after_failures:
        return
    place = ACCOUNT_ADDRESSES[delivery.tipo] if delivery.channel == ACCOUNT else delivery.tipo
    key = f"{delivery.channel}:{place}"
    row = world.failures.rows.get(key)
    if row is None or row.address != address:
        # Another address begins anew.
        row = world.failures.rows[key] = Row(address)
    row.failures = 0 if confirmed else row.failures + 1
    if row.failures >= MOST_FAILURES:
        _drop(world, delivery, address)
        del world.failures.rows[key]


def _drop(world: ErpWorld, delivery: Delivery, address: str) -> None:
    shown, tipo = mask_url(address), delivery.tipo
    entry = world.journal.append(
        "address_dropped", channel=delivery.channel, tipo=tipo, url=shown, failures=MOST_FAILURES
    )
    world.failures.dropped.append(
        Dropped(channel=delivery.channel, tipo=tipo, url=shown, at=datetime.fromisoformat(entry["at"]))
    )
    if delivery.channel == ACCOUNT:
        none: dict[str, Any] = {ACCOUNT_ADDRESSES[tipo]: ""}
        world.settings = replace(world.settings, **none)
    elif integration := world.integrations.get(delivery.channel):
        integration.addresses[tipo] = ""
