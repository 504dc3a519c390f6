"""A connector's database as after its pulls: stores, accounts, products, and the work that every store has waiting."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store import stores, work
from connector.store.engine import make_engine
from connector.store.stores import CONNECTED
from connector.store.tables import company, inbox, item, shelf
from connector.store.tables import work as work_table
from connector.store.work import Priority
from connector.vault import Vault

# What waits in every connected store for its time. It is due when the bench is long over, but claims pass by it.
_WAITING = (
    ("connect", Priority.ACCOUNT),
    ("orders", Priority.ORDERS),
    ("situations", Priority.SITUATIONS),
    ("feed", Priority.SITUATIONS),
    ("scan", Priority.LISTING),
    ("pull", Priority.LISTING),
    ("prune", Priority.CATALOGUE),
    ("reconcile.daily", Priority.RECONCILE),
)
_LATER = timedelta(days=365)
# What a stock message brings about.
_OF_MESSAGES = ("messages", "stock.ask", "levels")
INTEGRATOR = 8123


def fill(url: str, key: str, about: list[dict[str, Any]], limit: int, now: datetime) -> list[str]:
    """Write it all (`about` as drain_fakes.py tells it); the secret of each store's address, in their order."""
    vault, engine = Vault([key]), make_engine(url)
    secrets = [uuid.uuid4().hex for _ in about]
    with engine.begin() as c:
        for store, secret in zip(about, secrets, strict=True):
            _store(c, vault, store, secret, limit, now)
            _products(c, store)
            for kind, priority in _WAITING:
                work.enqueue(c, store["id"], kind, now, priority=priority, after=_LATER)
        c.execute(sa.text("ANALYZE"))
    engine.dispose()
    return secrets


def _store(c: Connection, vault: Vault, about: dict[str, Any], secret: str, limit: int, now: datetime) -> None:
    c.execute(sa.insert(company).values(id=about["cnpj"], name="", calls_per_minute=limit))
    stores.install(
        c,
        about["id"],
        api_url=about["api_url"],
        bearer=vault.seal(about["bearer"]),
        door=vault.seal(secret),
        door_mark=vault.mark(secret),
        now=now,
    )
    stores.change(
        c,
        about["id"],
        connection=CONNECTED,
        erp_token=vault.seal(about["token"]),
        erp_token_mark=vault.mark(about["token"]),
        company_id=about["cnpj"],
        connected_at=now,
        integrator_id=str(INTEGRATOR),
    )


def _products(c: Connection, about: dict[str, Any]) -> None:
    common = {"store_id": about["id"], "kind": "simple", "name": ""}
    rows = [{**common, "erp_id": str(erp_id), "code": code} for erp_id, _, code in about["products"]]
    c.execute(sa.insert(item), rows)
    on_shelf = [{"store_id": about["id"], "code": code, "shop_id": at} for _, at, code in about["products"]]
    c.execute(sa.insert(shelf), on_shelf)


def left(engine: sa.Engine) -> int:
    """Pieces of work that messages have brought about and that are not done, those that stopped included."""
    with engine.connect() as c:
        query = sa.select(sa.func.count()).select_from(work_table).where(work_table.c.kind.in_(_OF_MESSAGES))
        return int(c.scalar(query) or 0)


def dealt_with(engine: sa.Engine) -> int:
    """Messages that have had their effect."""
    with engine.connect() as c:
        return int(c.scalar(sa.select(sa.func.count()).select_from(inbox).where(inbox.c.dealt_with)) or 0)
