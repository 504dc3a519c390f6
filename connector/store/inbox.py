"""Messages from outside, raw and durable before they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.tables import inbox
from connector.store.types import Instant
from connector.store.work import _insert as insert_for

WEBSTORE, ERP = "webstore", "erp"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A message that has not been dealt with."""

    id: int
    received_at: datetime
    body: str


_NEW = (
    sa.select(inbox.c.id, inbox.c.received_at, inbox.c.body)
    .where(inbox.c.store_id == sa.bindparam("store"), inbox.c.source == ERP, ~inbox.c.dealt_with)
    .order_by(inbox.c.id)
    .limit(sa.bindparam("most"))
)
_DEALT_WITH = (
    sa.update(inbox)
    .where(inbox.c.id == sa.bindparam("number"))
    .values(dealt_with=True, reason=sa.bindparam("why"), detail=sa.bindparam("what"))
)
# A whole batch in one statement, since each statement costs more than a row does; numbered in the order of arrival.
KEEP_MANY = {
    "sqlite": """
        INSERT INTO inbox (store_id, source, received_at, body, dealt_with)
        SELECT value ->> 0, :source, :at, value ->> 1, 0 FROM json_each(:messages) ORDER BY rowid
    """,
    "postgresql": """
        INSERT INTO inbox (store_id, source, received_at, body, dealt_with)
        SELECT CAST(message ->> 0 AS bigint), :source, :at, message ->> 1, false
        FROM json_array_elements(CAST(:messages AS json)) WITH ORDINALITY AS batch (message, place) ORDER BY place
    """,
}
_KEEP_MANY_BUILT = {name: sa.text(sql).bindparams(sa.bindparam("at", type_=Instant)) for name, sql in KEEP_MANY.items()}


def new_messages(c: Connection, store_id: int, most: int) -> list[Kept]:
    """The ERP's messages that have not been dealt with, oldest first."""
    rows = c.execute(_NEW, {"store": store_id, "most": most})
    return [Kept(id=number, received_at=received_at, body=body) for number, received_at, body in rows]


def by_id(c: Connection, store_id: int, message_id: int) -> Kept | None:
    """A message, whether it has been dealt with or not."""
    query = sa.select(inbox.c.id, inbox.c.received_at, inbox.c.body)
    row = c.execute(query.where(inbox.c.store_id == store_id, inbox.c.id == message_id)).one_or_none()
    return Kept(id=row.id, received_at=row.received_at, body=row.body) if row else None


def dealt_with(c: Connection, fates: Iterable[tuple[int, str | None, str | None]]) -> None:
    """Messages that have had their effect, or the reason and detail why they have none."""
    if each := [{"number": number, "why": reason, "what": detail} for number, reason, detail in fates]:
        c.execute(_DEALT_WITH, each)


def keep(c: Connection, store_id: int, source: str, body: str, now: datetime, event_id: str | None = None) -> bool:
    """Keep a message; False if one with this event id was kept before."""
    insert = insert_for(c)(inbox).on_conflict_do_nothing(
        index_elements=["store_id", "event_id"], index_where=inbox.c.event_id.is_not(None)
    )
    values = {"source": source, "event_id": event_id, "received_at": now, "body": _text(body)}
    # What a message of the shop calls for is queued with it.
    kept = insert.values(store_id=store_id, dealt_with=source == WEBSTORE, **values)
    return c.scalar(kept.returning(inbox.c.id)) is not None


def _text(body: str) -> str:
    """PostgreSQL's texts hold no NUL, and no JSON document does."""
    return body.replace("\0", "\ufffd")


def keep_many(c: Connection, messages: Sequence[tuple[int, str]], now: datetime) -> None:
    """Keep messages of the ERP, each with its store, in this order."""
    c.execute(_KEEP_MANY_BUILT[c.dialect.name], as_rows(messages, now))


def as_rows(messages: Sequence[tuple[int, str]], now: datetime) -> dict[str, Any]:
    """What the statement that keeps them takes."""
    rows = orjson.dumps([(store_id, _text(body)) for store_id, body in messages]).decode()
    return {"source": ERP, "at": now, "messages": rows}


def count(c: Connection, store_id: int, source: str) -> int:
    return (
        c.scalar(
            sa.select(sa.func.count()).select_from(inbox).where(inbox.c.store_id == store_id, inbox.c.source == source)
        )
        or 0
    )


def without_effect(c: Connection, store_id: int, most: int = 20) -> list[sa.Row[Any]]:
    """Messages of the ERP that changed nothing, by reason and detail: how often, and when last."""
    last = sa.func.max(inbox.c.received_at).label("last_at")
    query = (
        sa.select(inbox.c.reason, inbox.c.detail, sa.func.count().label("times"), last)
        .where(inbox.c.store_id == store_id, inbox.c.source == ERP, inbox.c.reason.is_not(None))
        .group_by(inbox.c.reason, inbox.c.detail)
        .order_by(last.desc())
        .limit(most)
    )
    return list(c.execute(query))


def fates(c: Connection, store_id: int | None) -> list[sa.Row[Any]]:
    """How many messages of the ERP, of one store or all, were dealt with or not, and why without effect."""
    groups = (inbox.c.store_id, inbox.c.dealt_with, inbox.c.reason)
    query = sa.select(*groups, sa.func.count().label("times")).where(*_of(store_id))
    return list(c.execute(query.group_by(*groups).order_by(*groups)))


def after(c: Connection, store_id: int | None, number: int, most: int) -> list[sa.Row[Any]]:
    """Messages of the ERP with a higher number, of one store or all, oldest first."""
    query = sa.select(inbox).where(*_of(store_id), inbox.c.id > number)
    return list(c.execute(query.order_by(inbox.c.id).limit(most)))


def _of(store_id: int | None) -> list[sa.ColumnElement[bool]]:
    return [inbox.c.source == ERP, *([] if store_id is None else [inbox.c.store_id == store_id])]
