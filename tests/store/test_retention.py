"""What is settled and old is deleted in batches; what is not settled stays, however old it is."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.core.purpose import Purpose
from connector.core.stock import LATE_WINDOW
from connector.settings import Settings
from connector.store import pulls, retention, stores, tally
from connector.store.tables import (
    alarm,
    call_count,
    claim,
    company,
    drift,
    feed,
    inbox,
    metadata,
    pull,
    quarantine,
    reconcile,
)

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


def message(at, number, *, settled):
    return {"store_id": 7, "source": "erp", "received_at": at, "body": "{}", "dealt_with": settled, "id": number}


def answer(at, number, *, settled):
    values = {"company_id": "1", "kind": "stock", "asked_at": at, "read_at": at, "status": 200, "body": ""}
    return {**values, "dealt_with": settled, "id": number}


def raised(at, number, *, settled):
    closed = at if settled else None
    return {
        "store_id": 7,
        "reason": "x",
        "key": str(number),
        "raised_at": at,
        "last_at": at,
        "closed_at": closed,
        "id": number,
    }


def differing(at, number, *, settled):
    seen = {"first_seen_at": at, "last_seen_at": at, "settled_at": at if settled else None}
    return {"store_id": 7, "kind": "stock", "key": str(number), "field": "", "cause": "x", **seen, "id": number}


# Tables of which nothing is ever too old, and what bounds each.
BOUNDED_BY = {
    "company": "ERP accounts",
    "store": "shops",
    "lock": "products",
    "item": "products",
    "shelf": "products",
    "slot": "a minute's calls, deleted by the next one",
    "work": "what is to be done; what stands still is a person's to decide",
    # Kept for good: a message about an old order must find that it was sent.
    "sale": "orders",
}
COUNTED = {"call_count", "tally"}


def test_each_table_is_pruned_or_bounded_by_something_else():
    assert set(metadata.tables) == {*retention.TABLES, *COUNTED, *BOUNDED_BY}
    assert not BOUNDED_BY.keys() & {*retention.TABLES, *COUNTED}


def test_no_setting_lets_claims_go_that_still_decide():
    (least,) = [rule.ge for rule in Settings.model_fields["keep_messages_days"].metadata if hasattr(rule, "ge")]
    assert timedelta(days=least) > LATE_WINDOW


def test_what_was_counted_long_ago_goes_company_by_company(c, now):
    c.execute(sa.insert(company), [{"id": "one", "name": ""}, {"id": "two", "name": ""}])
    stores.change(c, 7, company_id="one")
    for days in (40, 31, 30, 0):
        for company_id in ("one", "two"):
            tally.called(c, company_id, now - timedelta(days=days), "info.php", Purpose.ACCOUNT)
        tally.dealt_with(c, 7, Purpose.PRODUCT, now - timedelta(days=days))
    tally.forget(c, "one", now - MONTH)
    left = {row.day for row in tally.usage(c, "2026-01-01", "one")}
    assert left == {tally.day_of(now - MONTH), tally.day_of(now)}
    assert c.scalar(sa.select(sa.func.count()).where(call_count.c.company_id == "two")) == 4


CASES = [(inbox, message), (feed, answer), (alarm, raised), (drift, differing)]


def drop_all(c, table, now):
    dropped = 0
    while retention.drop(c, table, messages_before=now - WEEK, records_before=now - MONTH):
        dropped += 1
    return dropped


@pytest.mark.parametrize(("table", "row"), CASES, ids=lambda each: getattr(each, "name", ""))
def test_old_rows_go_when_they_are_settled_and_stay_when_they_are_not(c, now, table, row):
    c.execute(sa.insert(company).values(id="1", name=""))
    old, new = now - MONTH - timedelta(hours=1), now - timedelta(hours=1)
    c.execute(sa.insert(table), [row(old, 1, settled=True), row(old, 3, settled=True), row(new, 4, settled=True)])
    c.execute(sa.insert(table), [row(old, 2, settled=False)])
    drop_all(c, table.name, now)
    assert set(c.scalars(sa.select(table.c.id))) == {2, 4}


@pytest.mark.parametrize("table", [claim, quarantine], ids=["claim", "quarantine"])
def test_claims_and_unreadable_bodies_go_by_their_age(c, now, table):
    for number, days in enumerate((40, 31, 20, 1), start=1):
        values = {"id": number, "store_id": 7, "received_at": now - timedelta(days=days)}
        more = (
            {"erp_id": "1", "balance": 1, "is_answer": False}
            if table is claim
            else {"reason": "x", "size": 0, "body": b""}
        )
        c.execute(sa.insert(table).values(**values, **more))
    drop_all(c, table.name, now)
    assert list(c.scalars(sa.select(table.c.id))) == ([4] if table is claim else [3, 4])


def test_the_last_row_stays_so_that_its_number_is_not_given_again(c, now):
    c.execute(sa.insert(inbox).values(**message(now - MONTH, 5, settled=True)))
    drop_all(c, "inbox", now)
    assert list(c.scalars(sa.select(inbox.c.id))) == [5]


def test_the_pull_that_says_what_the_erp_lists_stays(c, now):
    old = now - 2 * MONTH
    ended = {"store_id": 7, "stage": "done", "started_at": old, "finished_at": old}
    for number, scope, is_dry in (
        (1, pulls.ALL, False),
        (2, pulls.CHANGED, False),
        (3, pulls.SOME, False),
        (4, pulls.ALL, True),
    ):
        c.execute(sa.insert(pull).values(id=number, scope=scope, is_dry=is_dry, **ended))
    c.execute(sa.insert(pull).values(id=5, scope=pulls.SOME, **{**ended, "finished_at": None}))
    drop_all(c, "pull", now)
    assert set(c.scalars(sa.select(pull.c.id))) == {2, 4, 5}
    assert pulls.newest_whole(c, 7) == 2


def test_comparisons_that_ended_long_ago_go(c, now):
    for number, days, ended in ((1, 40, True), (2, 40, False), (3, 1, True)):
        at = now - timedelta(days=days)
        c.execute(
            sa.insert(reconcile).values(
                id=number, store_id=7, started_at=at, finished_at=at if ended else None, budget=1
            )
        )
    drop_all(c, "reconcile", now)
    assert set(c.scalars(sa.select(reconcile.c.id))) == {2, 3}


def test_a_batch_among_a_hundred_thousand_messages_is_found_by_an_index(c, now):
    old = now - MONTH
    rows = [message(old if number <= 1200 else now, number, settled=number % 2 == 0) for number in range(1, 100_001)]
    c.execute(sa.insert(inbox), rows)
    if c.dialect.name == "postgresql":
        c.execute(sa.text("ANALYZE inbox"))
    seen = []

    def listen(_conn, _cursor, statement, parameters, _context, _many):
        seen.append((statement, parameters))

    sa.event.listen(c, "before_cursor_execute", listen)
    assert drop_all(c, "inbox", now) == 2
    sa.event.remove(c, "before_cursor_execute", listen)
    statement, parameters = seen[-1]
    explain = "EXPLAIN " if c.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    plan = "\n".join(str(row) for row in c.exec_driver_sql(explain + statement, parameters))
    assert "ix_inbox_settled" in plan
    assert c.scalar(sa.select(sa.func.count()).select_from(inbox)) == 100_000 - 600
