"""Shops that have installed the app: their access, their ERP account, their settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.reasons import Reason
from connector.store.engine import DOORS
from connector.store.tables import company, store

# How a store stands with its ERP account.
CONNECTED, NOT_CONNECTED, TOKEN_REJECTED, PAUSED = "connected", "not_connected", "token_rejected", "paused"


@dataclass(frozen=True, kw_only=True)
class Store:
    """A row of `store`, with its company's limit. `bearer`, `erp_token`, `door`, `subscription_secret` are sealed."""

    id: int
    name: str
    api_url: str
    bearer: str = field(repr=False)
    shop_trouble: str | None
    installed_at: datetime
    uninstalled_at: datetime | None
    connection: str
    reason: str | None
    detail: str | None
    erp_token: str | None = field(repr=False)
    erp_token_mark: str | None = field(repr=False)
    refused_mark: str | None = field(repr=False)
    company_id: str | None
    connected_at: datetime | None
    integrator_id: str | None
    depot: str | None
    stock_mode: str
    door: str = field(repr=False)
    door_mark: str = field(repr=False)
    subscription_id: int | None
    subscription_secret: str | None = field(repr=False)
    last_sync_at: datetime | None
    doubt_at: datetime | None
    situations_until: datetime | None
    cancellations_until: datetime | None
    door_previous_mark: str | None = field(repr=False)
    door_previous_until: datetime | None
    overwrite_customer: bool
    nature: str | None
    contributor_nature: str | None
    erp_notifies: bool
    inactive_action: str
    excluded_action: str
    fields_off: list[str] | None
    brake_percent: int
    company_name: str | None
    calls_per_minute: int | None

    @property
    def closed_for(self) -> Reason | None:
        """Why the account answers no call of any kind; one whose storage is full still answers what it is asked."""
        if self.connection not in (TOKEN_REJECTED, PAUSED) or self.reason is None:
            return None
        reason = Reason(self.reason)
        return None if reason is Reason.STORAGE_FULL else reason

    @property
    def answers(self) -> bool:
        """Whether the account is connected, or answers all the same."""
        return self.connection in (CONNECTED, PAUSED) and self.closed_for is None


@dataclass(frozen=True, kw_only=True)
class Door:
    """Whose a secret address is. `until`: it was rotated away and is open until then."""

    store_id: int
    is_uninstalled: bool
    until: datetime | None


_COLUMNS = sa.select(store, company.c.name.label("company_name"), company.c.calls_per_minute).join(
    company, company.c.id == store.c.company_id, isouter=True
)


_BY_ID = _COLUMNS.where(store.c.id == sa.bindparam("store"))
# Shared by those that go by the settings, against those that change them (PostgreSQL; SQLite has one writer).
_KEPT_SO = _BY_ID.with_for_update(read=True, of=store)
_TO_CHANGE = _BY_ID.with_for_update(key_share=True, of=store)
_BY_DOOR = _COLUMNS.where(store.c.door_mark == sa.bindparam("mark"))
_DOOR = sa.select(store.c.id, store.c.uninstalled_at, store.c.door_mark, store.c.door_previous_until).where(
    sa.or_(store.c.door_mark == sa.bindparam("mark"), store.c.door_previous_mark == sa.bindparam("mark"))
)


def by_id(c: Connection, store_id: int) -> Store | None:
    return _one(c, _BY_ID, store_id)


def kept_so(c: Connection, store_id: int) -> Store | None:
    """The store, whose settings stay as they are until the end of the transaction: to be read before all else.

    The company's columns may be those of before a change that was waited for.
    """
    return _one(c, _KEPT_SO, store_id)


def to_change(c: Connection, store_id: int) -> Store | None:
    """The store, once all transactions that go by its settings have ended."""
    return _one(c, _TO_CHANGE, store_id)


def _one(c: Connection, query: sa.Select[Any], store_id: int) -> Store | None:
    row = c.execute(query, {"store": store_id}).mappings().one_or_none()
    return Store(**row) if row else None


def by_door(c: Connection, mark: str) -> Store | None:
    """The store whose secret address has this mark."""
    row = c.execute(_BY_DOOR, {"mark": mark}).mappings().one_or_none()
    return Store(**row) if row else None


def door(c: Connection, mark: str) -> Door | None:
    """The store whose secret address has this mark, or had it before the last rotation."""
    row = c.execute(_DOOR, {"mark": mark}).one_or_none()
    if row is None:
        return None
    until = None if row.door_mark == mark else row.door_previous_until
    return Door(store_id=row.id, is_uninstalled=row.uninstalled_at is not None, until=until)


def rotate_door(c: Connection, store_id: int, *, door: str, door_mark: str, old_until: datetime) -> bool:
    """Give a store another secret address; the one until now stays open until `old_until`, older ones do not."""
    values = {"door_previous_mark": store.c.door_mark, "door_previous_until": old_until}
    values |= {"door": door, "door_mark": door_mark}
    changed = sa.update(store).where(store.c.id == store_id, store.c.uninstalled_at.is_(None)).values(**values)
    c.info[DOORS] = True
    return c.execute(changed).rowcount > 0


def everyone(c: Connection) -> list[Store]:
    """All stores that have the app, by id."""
    query = _COLUMNS.where(store.c.uninstalled_at.is_(None)).order_by(store.c.id)
    return [Store(**row) for row in c.execute(query).mappings()]


def company_of_token(c: Connection, mark: str) -> str | None:
    """The company that a token was seen to belong to."""
    return c.scalar(
        sa.select(store.c.company_id).where(store.c.erp_token_mark == mark, store.c.company_id.is_not(None)).limit(1)
    )


def install(
    c: Connection, store_id: int, *, api_url: str, bearer: str, door: str, door_mark: str, now: datetime
) -> None:
    """A first or a repeated installation; the secret address of a store stays what it was."""
    access: dict[str, Any] = {
        "api_url": api_url,
        "bearer": bearer,
        "installed_at": now,
        "uninstalled_at": None,
        "shop_trouble": None,
        # A late `app.uninstalled` of the installation before, signed with its secret, must not end this one.
        "subscription_id": None,
        "subscription_secret": None,
    }
    c.info[DOORS] = True
    known = c.execute(sa.update(store).where(store.c.id == store_id).values(**access))
    if known.rowcount == 0:
        c.execute(sa.insert(store).values(id=store_id, name="", door=door, door_mark=door_mark, **access))


def change(c: Connection, store_id: int, /, **values: Any) -> None:
    """Set columns of a store."""
    c.execute(sa.update(store).where(store.c.id == store_id).values(**values))


def uninstall(c: Connection, store_id: int, now: datetime) -> None:
    """The merchant removed the app: forget the secrets, keep the history."""
    c.info[DOORS] = True
    change(
        c,
        store_id,
        uninstalled_at=now,
        bearer="",
        erp_token=None,
        erp_token_mark=None,
        refused_mark=None,
        subscription_id=None,
        subscription_secret=None,
        connection="not_connected",
        reason=None,
        detail=None,
    )
