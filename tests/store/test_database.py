"""Running store functions: what is committed, who gets an error, and what closing waits for."""

import asyncio
import threading

import pytest
import sqlalchemy as sa

from connector.store import inbox, work
from connector.store.engine import Database
from connector.store.runners import THREADS
from connector.store.tables import company
from connector.store.work import Priority

MANY = 200


def add(c, name):
    c.execute(sa.insert(company).values(id=name))


def names(c):
    return set(c.scalars(sa.select(company.c.id)))


def add_then_fail(c, name):
    add(c, name)
    raise ValueError(name)


def hold(c, entered, leave):
    """Keep the writer busy until told."""
    entered.set()
    leave.wait(10)


@pytest.fixture
async def busy(database):
    """Occupies the SQLite writer; calling it lets the writer go on with all that has piled up."""
    entered, leave = threading.Event(), threading.Event()
    holder = asyncio.ensure_future(database.write(hold, entered, leave))
    await asyncio.to_thread(entered.wait, 10)
    yield leave.set
    leave.set()
    await holder


async def test_a_write_returns_its_result_and_is_seen_by_a_read(database):
    await database.write(add, "one")
    assert await database.read(names) == {"one"}


async def test_a_failing_job_undoes_nothing_but_itself(database, busy):
    jobs = [database.write(add_then_fail if i % 10 == 3 else add, str(i)) for i in range(MANY)]
    batch = asyncio.gather(*jobs, return_exceptions=True)
    await asyncio.sleep(0)
    busy()
    results = await batch
    failed = {str(i) for i in range(MANY) if i % 10 == 3}
    assert {str(error) for error in results if isinstance(error, ValueError)} == failed
    assert await database.read(names) == {str(i) for i in range(MANY)} - failed


async def test_a_failing_job_that_is_alone_leaves_nothing(database):
    with pytest.raises(ValueError):
        await database.write(add_then_fail, "one")
    await database.write(add, "two")
    assert await database.read(names) == {"two"}


async def test_a_job_whose_transaction_sqlite_has_undone_by_itself_is_not_done(sqlite_url):
    def add_and_lose(c):
        add(c, "one")
        # As SQLite does on a full disk: what follows would be committed by nobody.
        c.exec_driver_sql("ROLLBACK")

    sqlite = Database(sqlite_url)
    with pytest.raises(sa.exc.InternalError, match="undone"):
        await sqlite.write(add_and_lose)
    await sqlite.write(add, "two")
    assert await sqlite.read(names) == {"two"}
    sqlite.close()


async def test_a_statement_that_breaks_a_constraint_undoes_nothing_but_its_own_job(database, busy):
    twice = asyncio.gather(*(database.write(add, name) for name in ("a", "b", "a", "c")), return_exceptions=True)
    await asyncio.sleep(0)
    busy()
    results = await twice
    assert [isinstance(result, sa.exc.IntegrityError) for result in results].count(True) == 1
    assert await database.read(names) == {"a", "b", "c"}


async def test_many_writers_at_once_lose_nothing(database):
    await asyncio.gather(*(database.write(add, str(i)) for i in range(MANY)))
    assert len(await database.read(names)) == MANY


async def test_a_cancelled_callers_write_still_happens(url, database, busy):
    waiting = [asyncio.ensure_future(database.write(add, str(i))) for i in range(20)]
    await asyncio.sleep(0)
    for one in waiting:
        one.cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    busy()
    await asyncio.to_thread(database.close)
    again = Database(url)
    assert len(await again.read(names)) == 20
    again.close()


async def test_closing_first_writes_what_has_piled_up(url, database):
    writing = asyncio.gather(*(database.write(add, str(i)) for i in range(MANY)))
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    await writing
    again = Database(url)
    assert len(await again.read(names)) == MANY
    again.close()


async def test_a_reader_does_not_see_what_is_not_committed(database):
    entered, leave = threading.Event(), threading.Event()

    def slow(c):
        add(c, "half done")
        hold(c, entered, leave)

    writing = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(entered.wait, 10)
    assert await database.read(names) == set()
    leave.set()
    await writing
    assert await database.read(names) == {"half done"}


async def test_new_work_is_announced_after_its_commit_and_nothing_else_is(database, now):
    told = []
    database.on_enqueued = lambda: told.append("work")
    await database.write(inbox.keep, 7, "webstore", "{}", now)
    assert told == []
    await database.write(work.enqueue, 7, "connect", now, priority=Priority.ACCOUNT)
    assert told == ["work"]


async def test_work_that_was_rolled_back_is_not_announced(database, now):
    told = []
    database.on_enqueued = lambda: told.append("work")

    def enqueue_then_fail(c):
        work.enqueue(c, 7, "connect", now, priority=Priority.ACCOUNT)
        raise ValueError

    with pytest.raises(ValueError):
        await database.write(enqueue_then_fail)
    await database.write(add, "one")
    assert told == []


async def test_the_same_functions_run_on_the_loop_itself_in_virtual_time(sqlite_url):
    inline = Database(sqlite_url, inline=True)
    await inline.write(add, "one")
    with pytest.raises(ValueError):
        await inline.write(add_then_fail, "two")
    assert await inline.read(names) == {"one"}
    inline.close()


async def test_a_sqlite_reader_cannot_write(sqlite_url):
    sqlite = Database(sqlite_url)
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        await sqlite.read(add, "one")
    sqlite.close()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
async def test_sqlite_is_durable_and_strict(sqlite_url, pragma, value):
    sqlite = Database(sqlite_url)
    assert await sqlite.write(lambda c: c.exec_driver_sql(f"PRAGMA {pragma}").scalar()) == value
    sqlite.close()


async def test_an_error_of_the_database_shows_no_value(database, now):
    with pytest.raises(sa.exc.IntegrityError) as caught:
        await database.write(work.enqueue, 99, "order", now, priority=Priority.ORDERS, key="a buyer's name")
    assert "buyer" not in str(caught.value)


async def test_transactions_that_postgresql_has_undone_for_each_other_are_done_again_at_once(postgres_url):
    """Two lock the same two rows, each first the one that the other locks second."""
    database, met = Database(postgres_url), threading.Barrier(2)
    try:
        await database.write(lambda c: [add(c, name) for name in ("one", "two")])
        runs = []

        def cross(c, first, second):
            runs.append(first)
            touch(c, first)
            if len(runs) <= 2:
                met.wait(10)
            touch(c, second)

        await asyncio.gather(database.write(cross, "one", "two"), database.write(cross, "two", "one"))
        assert len(runs) == 3
        assert await database.read(lambda c: list(c.scalars(sa.select(company.c.calls_per_minute)))) == [2, 2]
    finally:
        database.close()


async def test_on_postgresql_a_door_does_not_wait_for_work_that_holds_every_thread(postgres_url):
    database, leave = Database(postgres_url), threading.Event()
    try:
        held = [asyncio.ensure_future(database.write(lambda _: leave.wait(10))) for _ in range(2 * THREADS)]
        await asyncio.sleep(0)
        await asyncio.wait_for(database.write_soon(add, "event"), 5)
        await asyncio.wait_for(database.write_one_soon(add, "message"), 5)
        assert not any(one.done() for one in held)
        leave.set()
        await asyncio.gather(*held)
        assert await database.read(names) == {"event", "message"}
    finally:
        leave.set()
        database.close()


def touch(c, name):
    count = sa.func.coalesce(company.c.calls_per_minute, 0) + 1
    c.execute(sa.update(company).where(company.c.id == name).values(calls_per_minute=count))
