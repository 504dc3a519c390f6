"""What is read of a process, of a database and of the connector's metrics."""

import os
import socket
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from connector.store.backlog import Backlog
from connector.store.engine import make_engine
from connector.store.tables import inbox
from connector.web.measures import of_backlog
from scenarios.soak import watch

NOW = datetime(2026, 8, 31, 12, 0, tzinfo=UTC)


def test_a_process_shows_what_it_holds():
    before = watch.process(os.getpid())
    held = b"x" * 30_000_000
    with socket.socket(), socket.socket():
        after = watch.process(os.getpid())
    assert after["anon_mb"] - before["anon_mb"] == pytest.approx(len(held) / 2**20, abs=3)
    assert after["handles"] - before["handles"] == 2
    assert after["rss_mb"] > after["anon_mb"] > 0
    assert after["threads"] >= 1


def test_of_a_process_that_is_gone_nothing_is_known():
    assert watch.process(2**22 + 1) == {}


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_shared"])
def test_a_database_shows_its_size_its_rows_and_the_age_of_what_is_settled(request, kind):
    engine = make_engine(request.getfixturevalue(kind))
    common = {"store_id": 7, "source": "erp", "body": "{}"}
    with engine.begin() as c:
        c.execute(sa.delete(inbox))
        for hours, settled in ((30, False), (20, True), (2, True), (1, True)):
            at = NOW - timedelta(hours=hours)
            c.execute(sa.insert(inbox).values(received_at=at, dealt_with=settled, **common))
    try:
        seen = watch.database(engine, NOW)
    finally:
        with engine.begin() as c:
            c.execute(sa.delete(inbox))
        engine.dispose()
    assert seen["rows"]["inbox"] == 4
    assert seen["oldest_hours"] == {"inbox": 20.0, "claim": None, "feed": None}
    assert seen["file_mb"] > 0
    if kind == "sqlite_url":
        assert seen["used_mb"] > 0


def test_the_connectors_metrics_tell_what_is_left():
    backlog = Backlog(counts={("due", ""): 3, ("due", "x"): 2, ("dead", "y"): 1}, oldest_due_at=NOW)
    told = watch.metrics(of_backlog(backlog, NOW + timedelta(seconds=90)).decode())
    assert told["left"] == {"due": 5, "dead": 1}
    assert told["oldest_s"] == 90
    assert told["series"] == 4
