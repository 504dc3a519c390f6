"""SQLite's one writer: who goes first, and who is told of a failure."""

import asyncio
import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa

from connector.store.engine import make_engine
from connector.store.runners import GroupCommit
from connector.store.tables import company

LONG = 0.03


@pytest.fixture
def engine(sqlite_url):
    return make_engine(sqlite_url)


@pytest.fixture
def writer(engine, sqlite_url):
    commits = GroupCommit(engine, make_engine(sqlite_url, writes=False))
    yield commits
    commits.close()


def add(c, name):
    c.execute(sa.insert(company).values(id=name))


def take_long(c, name):
    add(c, name)
    time.sleep(LONG)


async def test_a_short_write_goes_before_the_long_ones_that_wait_already(writer):
    ended = []
    entered, leave = threading.Event(), threading.Event()

    def hold(_):
        entered.set()
        leave.wait(10)

    async def note(writing, name):
        await writing
        ended.append(name)

    holding = writer.write(hold)
    await asyncio.to_thread(entered.wait, 10)

    def run_long(c, name):
        ended.append(f"{name} begins")
        take_long(c, name)

    long = [note(writer.write(lambda c, i=i: run_long(c, str(i))), str(i)) for i in range(4)]
    short = note(writer.write_one(lambda c: add(c, "short")), "short")
    waiting = asyncio.gather(*long, short)
    leave.set()
    await asyncio.gather(holding, waiting)
    # Nor was it held up until all of them were done.
    assert ended.index("short") < ended.index("3 begins")
    assert sorted(ended) == sorted(["short", *"0123", *(f"{i} begins" for i in range(4))])


async def test_where_no_transaction_can_begin_all_who_wait_are_told_and_the_next_ones_are_done(
    writer, engine, sqlite_url
):
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    locked = sqlite3.connect(sa.make_url(sqlite_url).database)
    locked.execute("BEGIN IMMEDIATE")
    refused = await asyncio.gather(
        *(writer.write(lambda c, n=n: add(c, n)) for n in "12"),
        writer.write_one(lambda c: add(c, "3")),
        return_exceptions=True,
    )
    assert [type(error) for error in refused] == [sa.exc.OperationalError] * 3
    locked.rollback()
    locked.close()
    await asyncio.gather(*(writer.write(lambda c, n=n: add(c, n)) for n in "45"))

    def names(c):
        return set(c.scalars(sa.select(company.c.id)))

    found, _ = await writer.read(names)
    assert found == {"4", "5"}
