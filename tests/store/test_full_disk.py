"""A disk that is full: nobody is told that something is kept which is not."""

import asyncio

import sqlalchemy as sa

from connector.store.engine import make_engine
from connector.store.runners import GroupCommit
from connector.store.tables import company


def add(size):
    def job(c):
        c.execute(sa.insert(company).values(id=str(size), name="x" * size))

    return job


async def test_on_a_full_disk_the_file_holds_exactly_what_was_said_to_be_kept(sqlite_url):
    writer = make_engine(sqlite_url)
    with writer.connect() as c:
        pages = c.exec_driver_sql("PRAGMA page_count").scalar()
        c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    runner = GroupCommit(writer, make_engine(sqlite_url, writes=False))
    sizes = [10, 50_000, 11, 5_000_000, 12, 60_000, 13, 14]
    outcomes = await asyncio.gather(*(runner.write(add(size)) for size in sizes), return_exceptions=True)
    assert any(isinstance(outcome, sa.exc.OperationalError) for outcome in outcomes)
    said = {str(size) for size, outcome in zip(sizes, outcomes, strict=True) if not isinstance(outcome, Exception)}
    kept, _ = await runner.read(lambda c: set(c.scalars(sa.select(company.c.id))))
    assert kept == said
    with writer.connect() as c:
        c.exec_driver_sql("PRAGMA max_page_count = 1000000")
    await runner.write(add(99))
    await asyncio.to_thread(runner.close)
