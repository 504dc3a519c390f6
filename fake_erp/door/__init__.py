"""This fake's part of the control door: accounts, products, stock, mappings, orders, deliveries."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fake_erp.door import (
    accounts,
    contacts,
    deliveries,
    descriptions,
    invoices,
    labels,
    mappings,
    orders,
    outages,
    products,
    sendings,
    shipping,
    snapshots,
    stock,
)
from fake_erp.door.asked import explain
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import control_door
from scenarios.harness.journal import Journal


def build_door(
    worlds: ErpWorlds, journal: Journal, create: Callable[..., ErpWorld], load: Callable[..., ErpWorld]
) -> web.Application:
    """The harness's door with this fake's routes added."""
    app = control_door(worlds, "Fake ERP", descriptions.LINKS)
    app.middlewares.append(explain)
    accounts.add_routes(app, worlds, journal, create)
    products.add_routes(app, worlds)
    stock.add_routes(app, worlds)
    mappings.add_routes(app, worlds)
    orders.add_routes(app, worlds)
    contacts.add_routes(app, worlds)
    labels.add_routes(app, worlds)
    invoices.add_routes(app, worlds)
    deliveries.add_routes(app, worlds)
    outages.add_routes(app, worlds)
    shipping.add_routes(app, worlds)
    sendings.add_routes(app, worlds)
    snapshots.add_routes(app, worlds, load)
    descriptions.add_routes(app)
    return app
