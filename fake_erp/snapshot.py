"""A world as one JSON document, and a world made from it (rule of versions: `scenarios.harness.snapshot`).

All that the world is goes along: data, settings, quota, clock, journal, faults, webhooks that wait. What is in the
middle of something does not: while a call is held or a write is still to land, a world cannot be saved. The document
holds the account's token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from fake_erp import (
    addresses,
    changes,
    contacts,
    deliveries,
    integrations,
    invoices,
    mails,
    movements,
    orders,
    outages,
    price_lists,
    records,
    sendings,
    shipping,
    tags,
)
from fake_erp.settings import Settings
from fake_erp.worlds import ErpWorld
from scenarios.harness.clock import Clock
from scenarios.harness.faults import Fault
from scenarios.harness.snapshot import Codec, SnapshotError, opened, sealed

FORMAT = "fake-erp-world"
# Raised when something saved changes its meaning or loses a field, or a default changes.
VERSION = 1

_CODEC = Codec(
    [
        *(Settings, Fault),
        *(records.Product, records.Depot, records.Mapping, records.Company),
        *(orders.Order, orders.Item, contacts.Contact, invoices.Note),
        *(integrations.Integration, movements.Movement, changes.Queue, outages.Outage),
        *(deliveries.Delivery, sendings.Sending, sendings.Outcome, mails.Mail, addresses.Dropped, addresses.Row),
        *(tags.Group, tags.Tag, price_lists.PriceList, price_lists.PriceException),
        *(shipping.Expedition, shipping.Group),
    ]
)
# Objects that a world has from the start and that are filled in place.
STORES = (
    *("company", "catalogue", "contacts", "orders", "integrations", "changes", "quota", "statistics", "journal"),
    *("faults", "faults.webhooks", "outages", "tags", "price_lists", "markers", "notes", "shipping", "failures"),
)
# Plain values of the world itself.
VALUES = ("origin", "token", "depots", "movements", "mails", "sendings", "last_call", "tokens_made")
# Derived from the others, saved by themselves below, or empty while nothing is under way.
NOT_SAVED = frozenset(
    {"name", "seed", "settings", "clock", "courier", "sender", "moods", "random", "masked_token"}
    | {"errands", "postman", "_paused", "_token"}
)


def save(world: ErpWorld) -> dict[str, Any]:
    """The document. Raises SnapshotError while something is under way."""
    if busy := world.under_way:
        raise SnapshotError(f"{busy}: wait for it, or move the clock on, and save then")
    content = {
        "name": world.name,
        "settings": _CODEC.write(world.settings),
        "now": world.clock.now().isoformat(),
        "values": {name: _CODEC.write(getattr(world, name)) for name in VALUES},
        "stores": {name: _CODEC.attributes(attrgetter(name)(world)) for name in STORES},
        "deliveries": _CODEC.write(world.courier.log),
        "queue": world.courier.queue,
    }
    return sealed(FORMAT, VERSION, content)


def load(
    document: Any,
    clock: Clock,
    admit: Callable[[ErpWorld], object],
    *,
    name: str | None = None,
    token: str | None = None,
) -> ErpWorld:
    """The world of a document, under another name or token if one is given; `admit` takes it among the others.

    From the saved moment on its time runs with the program's clock. Must be called from the event loop. Raises
    SnapshotError, and what `admit` raises; nothing of the world runs then.
    """
    content = opened(document, FORMAT, VERSION, "a fake ERP's world")
    settings = _CODEC.read(content["settings"])
    # What the world is made with is put in its place afterwards.
    bare = replace(settings, name=name or content["name"], products=0, integrated=False, token="bare")
    world = ErpWorld(clock, bare)
    world.settings = replace(settings, name=world.name)
    world.clock.resume_at(datetime.fromisoformat(content["now"]))
    for part in STORES:
        _CODEC.restore(attrgetter(part)(world), content["stores"][part])
    for part in VALUES:
        setattr(world, part, _CODEC.read(content["values"][part]))
    world.token = token or world.token
    world.apply()
    admit(world)
    world.courier.resume(_CODEC.read(content["deliveries"]), content["queue"])
    return world
