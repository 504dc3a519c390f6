"""Pulls of the whole catalogue: where one stands, and when it is finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.progress import Remaining
from connector.core.purpose import Purpose
from connector.store import items, tally, untold
from connector.store.tables import item, pull, store, work


@dataclass(frozen=True, kw_only=True)
class Pull:
    """A row of `pull`. Stages: shop (what it has), listing, braked (waits for a person), products, done."""

    id: int
    store_id: int
    stage: str
    scope: str
    base: int | None
    started_at: datetime
    finished_at: datetime | None
    shop_since: int
    page: int
    pages: int | None
    total: int
    done: int
    is_dry: bool
    brake: dict[str, int] | None
    confirmed_at: datetime | None

    @property
    def listed_from(self) -> int:
        """The pull whose listing this one stands on: what was listed in it or later is in the ERP."""
        return self.base or self.id


# Scopes: the whole catalogue; a whole listing and of it what has changed; some products, without a listing.
ALL, CHANGED, SOME = "all", "changed", "some"

BRAKED = "braked"

# Built once: these run for every product.
_BY_ID = sa.select(pull).where(pull.c.id == sa.bindparam("number"))
_CURRENT = sa.select(pull).where(pull.c.store_id == sa.bindparam("store"), pull.c.finished_at.is_(None))
_SETTLE = (
    sa.update(item)
    .where(
        item.c.store_id == sa.bindparam("store"),
        item.c.erp_id == sa.bindparam("erp"),
        item.c.done_in.is_distinct_from(sa.bindparam("pull")),
    )
    .values(done_in=sa.bindparam("pull"))
)
_ONE_MORE = sa.update(pull).where(pull.c.id == sa.bindparam("number")).values(done=pull.c.done + 1)


def begin(c: Connection, store_id: int, now: datetime, scope: str = ALL, *, is_dry: bool = False) -> Pull | None:
    """A new pull, or None where one is under way; one of all replaces one of less. A dry one writes nothing."""
    if (under_way := current(c, store_id)) is not None:
        may_give_way = (SOME,) if is_dry else (SOME, CHANGED)
        if scope != ALL or under_way.scope not in may_give_way or under_way.stage == BRAKED:
            return None
        _abandon(c, under_way, now)
    return _insert(c, store_id=store_id, stage="shop", scope=scope, started_at=now, is_dry=is_dry)


def begin_some(c: Connection, store_id: int, erp_ids: list[str], now: datetime) -> Pull | None:
    """A pull of these products alone, on the newest listing; None where a pull is under way or none has ended."""
    whole = newest_whole(c, store_id)
    if not erp_ids or whole is None or current(c, store_id) is not None:
        return None
    begun = _insert(c, store_id=store_id, stage="products", scope=SOME, base=whole, started_at=now, total=len(erp_ids))
    chosen = (item.c.store_id == store_id, item.c.erp_id.in_(erp_ids))
    # Their turn has come, also of those that turn out unreadable: the others must not wait behind them.
    c.execute(sa.update(item).where(*chosen).values(listed_in=begun.id, changed_at=None, read_at=now))
    return begun


def _insert(c: Connection, **values: object) -> Pull:
    inserted = c.execute(sa.insert(pull).values(**values))
    assert inserted.inserted_primary_key is not None
    begun = by_id(c, int(inserted.inserted_primary_key[0]))
    assert begun is not None
    return begun


def _abandon(c: Connection, found: Pull, now: datetime) -> None:
    """End it as it is; what it has not dealt with is marked, for the pull that follows or the one after it."""
    queued = (work.c.store_id == found.store_id, work.c.kind.in_(["pull.product", "pull.shop", "pull.listing"]))
    c.execute(sa.delete(work).where(*queued, work.c.state == "waiting"))
    left = (item.c.store_id == found.store_id, item.c.listed_in == found.id, item.c.kind != "variation")
    if found.scope == SOME:
        undone = item.c.done_in.is_distinct_from(found.id)
        c.execute(sa.update(item).where(*left, undone).values(changed_at=now))
    change(c, found.id, stage="done", finished_at=now)


def newest_ended(c: Connection, store_id: int) -> Pull | None:
    """The last pull that has ended, of whatever scope."""
    ended = (pull.c.store_id == store_id, pull.c.finished_at.is_not(None), ~pull.c.is_dry)
    row = c.execute(sa.select(pull).where(*ended).order_by(pull.c.id.desc()).limit(1)).mappings().one_or_none()
    return Pull(**row) if row else None


# Has ended, with a listing.
_IS_LISTED = sa.or_(pull.c.scope == ALL, pull.c.scope == CHANGED)
IS_WHOLE = sa.and_(_IS_LISTED, pull.c.finished_at.is_not(None), ~pull.c.is_dry)
_NEWEST_WHOLE = sa.select(sa.func.max(pull.c.id)).where(pull.c.store_id == sa.bindparam("store"), IS_WHOLE)


def newest_whole(c: Connection, store_id: int) -> int | None:
    """The last pull with a listing that has ended."""
    newest: int | None = c.scalar(_NEWEST_WHOLE, {"store": store_id})
    return newest


def other_shops_pull(c: Connection, company_id: str, store_id: int) -> bool:
    """Whether another store of the company is being pulled."""
    query = sa.select(pull.c.id).join(store, store.c.id == pull.c.store_id)
    beside = (store.c.company_id == company_id, store.c.id != store_id, pull.c.finished_at.is_(None))
    return c.execute(query.where(*beside).limit(1)).first() is not None


def by_id(c: Connection, pull_id: int) -> Pull | None:
    row = c.execute(_BY_ID, {"number": pull_id}).mappings().one_or_none()
    return Pull(**row) if row else None


def current(c: Connection, store_id: int) -> Pull | None:
    """The pull under way."""
    row = c.execute(_CURRENT, {"store": store_id}).mappings().one_or_none()
    return Pull(**row) if row else None


def open_or_last(c: Connection, store_id: int) -> Pull | None:
    """The pull under way, else the last one that wrote to the shop."""
    query = sa.select(pull).where(pull.c.store_id == store_id, pull.c.finished_at.is_(None) | ~pull.c.is_dry)
    row = c.execute(query.order_by(pull.c.id.desc()).limit(1)).mappings().one_or_none()
    return Pull(**row) if row else None


def latest(c: Connection, store_id: int) -> Pull | None:
    """The pull under way, else the last one; one of some products is not worth telling."""
    of_many = (pull.c.store_id == store_id, pull.c.scope.in_([ALL, CHANGED]))
    query = sa.select(pull).where(*of_many).order_by(pull.c.id.desc()).limit(1)
    row = c.execute(query).mappings().one_or_none()
    return Pull(**row) if row else None


def change(c: Connection, pull_id: int, /, **values: object) -> None:
    c.execute(sa.update(pull).where(pull.c.id == pull_id).values(**values))


def abandon(c: Connection, store_id: int, now: datetime) -> None:
    """End the pull under way, if there is one: its work is gone, and as long as it is open no other can begin."""
    c.execute(
        sa.update(pull)
        .where(pull.c.store_id == store_id, pull.c.finished_at.is_(None))
        .values(stage="done", finished_at=now)
    )


def add_to_total(c: Connection, pull_id: int, products: int) -> None:
    c.execute(sa.update(pull).where(pull.c.id == pull_id).values(total=pull.c.total + products))


def settle(
    c: Connection,
    pull_id: int,
    store_id: int,
    erp_id: str,
    now: datetime,
    *,
    outcome: str,
    reason: str | None = None,
    detail: str | None = None,
    warnings: list[dict[str, str]] | None = None,
) -> None:
    """A product has been dealt with; counted once, however often this is said."""
    count_done(c, pull_id, store_id, erp_id, now)
    items.change(c, store_id, erp_id, outcome=outcome, reason=reason, detail=detail, warnings=warnings or None)


def count_done(c: Connection, pull_id: int, store_id: int, erp_id: str, now: datetime) -> None:
    """A product has been dealt with in this pull."""
    if c.execute(_SETTLE, {"store": store_id, "erp": erp_id, "pull": pull_id}).rowcount:
        c.execute(_ONE_MORE, {"number": pull_id})
        tally.dealt_with(c, store_id, Purpose.PRODUCT, now)


def finish_if_complete(c: Connection, pull_id: int, now: datetime) -> bool:
    """End the pull if every product is dealt with and every level told; says whether it ended now."""
    found = by_id(c, pull_id)
    if found is None or found.finished_at is not None or found.stage != "products" or found.done < found.total:
        return False
    if not found.is_dry and untold.untold_levels(c, found.store_id, 1):
        return False
    change(c, pull_id, stage="done", finished_at=now)
    if found.is_dry:
        return True
    c.execute(sa.update(store).where(store.c.id == found.store_id).values(last_sync_at=now))
    return True


def remaining(c: Connection, found: Pull) -> Remaining:
    """What the pull has still to read."""
    if found.scope != ALL:
        return _remaining_of_some(found)
    kinds = c.execute(
        sa.select(
            item.c.kind,
            item.c.parent_id.is_not(None),
            item.c.record_in.is_distinct_from(found.id),
            item.c.stock_in.is_distinct_from(found.id),
            sa.func.count(),
        )
        .where(
            item.c.store_id == found.store_id,
            item.c.listed_in == found.id,
            item.c.done_in.is_distinct_from(found.id),
        )
        .group_by(sa.text("1"), sa.text("2"), sa.text("3"), sa.text("4"))
    ).all()
    listed_only = no_record = no_stock = simple = parents = 0
    for kind, under_parent, unread, unstocked, count in kinds:
        if kind == "variation":
            listed_only += count * (not under_parent)
            no_record += count * (under_parent and unread)
        elif kind == "parent":
            parents += count * unread
        else:
            simple += count * unread
        no_stock += count * (unstocked and (kind == "simple" or (kind == "variation" and under_parent)))
    return Remaining(
        pages=_pages_left(found),
        simple_records=simple,
        parents_unread=parents,
        variations_listed=listed_only,
        variation_records=no_record,
        stocks=no_stock,
    )


def _pages_left(found: Pull) -> int:
    return max(0, (found.pages or 1) - found.page + 1) if found.stage in ("shop", "listing") else 0


def _remaining_of_some(found: Pull) -> Remaining:
    """Of what it has queued it is known how much there is, not of what kind."""
    left = found.total - found.done
    return Remaining(
        pages=_pages_left(found),
        simple_records=left,
        parents_unread=0,
        variations_listed=0,
        variation_records=0,
        stocks=left,
    )


def finished_count(c: Connection, store_id: int) -> int:
    """How many pulls of a store have ended; those of some products are not counted."""
    ended = (pull.c.store_id == store_id, pull.c.scope.in_([ALL, CHANGED]), pull.c.finished_at.is_not(None))
    return c.scalar(sa.select(sa.func.count()).where(*ended)) or 0
