"""Work that one process has queued on PostgreSQL is known to another at once, also after the server was lost."""

import asyncio
import time

import pytest
import sqlalchemy as sa

from connector.store.engine import make_engine
from connector.store.wakeups import Wakeups


@pytest.fixture
async def pair(postgres_url):
    """One that tells, and the event that the other one sets when it is told."""
    heard, deaf = asyncio.Event(), asyncio.Event()
    one, two = Wakeups(postgres_url, deaf.set), Wakeups(postgres_url, heard.set)
    tasks = [asyncio.create_task(each.run()) for each in (one, two)]
    async with asyncio.timeout(20):
        await heard.wait()
        await deaf.wait()
    heard.clear()
    deaf.clear()
    yield one, heard, deaf
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_another_process_hears_of_new_work_within_a_second(pair):
    one, heard, deaf = pair
    begun = time.perf_counter()
    one.tell()
    async with asyncio.timeout(10):
        await heard.wait()
    assert time.perf_counter() - begun < 1
    assert not deaf.is_set()


async def test_lost_connections_are_made_anew_and_count_as_a_word(pair, postgres_url):
    one, heard, _ = pair
    engine = make_engine(postgres_url)
    with engine.begin() as c:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        c.execute(sa.text(f"{others} AND pid <> pg_backend_pid()"))
    engine.dispose()
    async with asyncio.timeout(20):
        await heard.wait()
        heard.clear()
        one.tell()
        await heard.wait()
