"""SQLite's one writer: who goes first, what is committed together, and who is told of a failure."""

import asyncio
import sqlite3
import threading
import time
from contextlib import asynccontextmanager

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


async def names(writer):
    found, _ = await writer.read(lambda c: set(c.scalars(sa.select(company.c.id))))
    return found


@asynccontextmanager
async def busy(writer):
    """Occupied meanwhile, so that what is written piles up."""
    entered, leave = threading.Event(), threading.Event()

    def hold(_):
        entered.set()
        leave.wait(10)

    holding = writer.write(hold)
    await asyncio.to_thread(entered.wait, 10)
    yield
    leave.set()
    await holding


async def test_what_goes_first_is_told_before_the_long_ones_that_wait_already_are_done(writer):
    told, in_time = threading.Event(), []

    def take_long(c, name):
        if name == "3":
            in_time.append(told.wait(10))
        add(c, name)
        time.sleep(LONG)

    async def first():
        await writer.write(lambda c: add(c, "first"), is_first=True)
        told.set()

    async with busy(writer):
        long = [writer.write(lambda c, i=i: take_long(c, str(i))) for i in range(4)]
        waiting = asyncio.create_task(first())
        await asyncio.sleep(0)
    await asyncio.gather(waiting, *long)
    assert in_time == [True]
    assert await names(writer) == {"first", *"0123"}


async def test_where_no_transaction_can_begin_all_who_wait_are_told_and_the_next_ones_are_done(
    writer, engine, sqlite_url
):
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(sa.make_url(sqlite_url).database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = [writer.write(lambda c, n=n: add(c, n), is_first=n == "3") for n in "123"]
    refused = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)
    assert [type(error) for error in refused] == [sa.exc.OperationalError] * 3
    other.execute("ROLLBACK")
    other.close()
    await asyncio.gather(*(writer.write(lambda c, n=n: add(c, n)) for n in "45"))
    assert await names(writer) == {"4", "5"}


async def test_of_a_batch_that_sqlite_undoes_those_who_had_run_are_told_and_the_others_are_done(writer):
    def lose(c):
        add(c, "lost")
        # As SQLite does on a full disk.
        c.exec_driver_sql("ROLLBACK")

    async with busy(writer):
        jobs = [lambda c: add(c, "before"), lose, lambda c: add(c, "behind"), lambda c: add(c, "last")]
        waiting = [writer.write(job) for job in jobs]
    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [True, True, False, False]
    assert await names(writer) == {"behind", "last"}


async def test_closing_does_what_waits_in_both_queues(writer, sqlite_url):
    async with busy(writer):
        waiting = [writer.write(lambda c, n=n: add(c, str(n)), is_first=n % 2 == 0) for n in range(20)]
        closing = asyncio.create_task(asyncio.to_thread(writer.close))
        await asyncio.sleep(0.05)
    await asyncio.gather(closing, *waiting)
    again = GroupCommit(make_engine(sqlite_url), make_engine(sqlite_url, writes=False))
    assert len(await names(again)) == 20
    again.close()
