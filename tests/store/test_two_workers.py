"""Two workers on one PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connector.store import inbox, pace, work
from connector.store.engine import make_engine
from connector.store.work import Priority

LEASE = timedelta(seconds=45)
CATALOGUE = {int(Priority.CATALOGUE): 7}
PIECES = 200


@pytest.fixture
def engine(postgres_url, install_store):
    made = make_engine(postgres_url)
    with made.begin() as c:
        install_store(c, 7)
    yield made
    made.dispose()


def at_once(engine, *functions):
    """Run each function in a transaction and a thread of its own; their results."""
    start = threading.Barrier(len(functions))

    def run(function):
        start.wait(10)
        with engine.begin() as c:
            return function(c)

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


def test_no_piece_is_claimed_twice_and_none_is_left(engine, now):
    keyed = [(str(i), {}) for i in range(PIECES)]
    with engine.begin() as c:
        work.enqueue_many(c, 7, "product", now, keyed, priority=Priority.CATALOGUE)
    start = threading.Barrier(4)

    def work_off(_):
        mine = []
        start.wait(10)
        while True:
            with engine.begin() as c:
                jobs = work.claim(c, 7, CATALOGUE, now, LEASE)
            if not jobs:
                return mine
            mine += [job.key for job in jobs]

    with ThreadPoolExecutor(4) as pool:
        claimed = [key for keys in pool.map(work_off, range(4)) for key in keys]
    assert sorted(claimed, key=int) == [str(i) for i in range(PIECES)]


def test_a_piece_that_another_worker_is_claiming_is_passed_over_without_waiting(engine, now):
    with engine.begin() as c:
        work.enqueue_many(c, 7, "product", now, [("1", {}), ("2", {})], priority=Priority.CATALOGUE)
    with engine.begin() as one, engine.begin() as two:
        first = work.claim(one, 7, {int(Priority.CATALOGUE): 1}, now, LEASE)
        second = work.claim(two, 7, CATALOGUE, now, LEASE)
    assert [job.key for job in first + second] == ["1", "2"]


def test_the_same_work_asked_for_by_many_at_once_waits_once(engine, now):
    def ask(c):
        work.enqueue(c, 7, "pull", now, priority=Priority.LISTING)

    at_once(engine, *[ask] * 6)
    with engine.begin() as c:
        assert work.counts(c, 7) == {"waiting": 1}


def test_an_event_delivered_twice_at_the_same_time_is_kept_once(engine, now):
    def keep(c):
        return inbox.keep(c, 7, "webstore", "{}", now, event_id="same")

    assert sorted(at_once(engine, *[keep] * 6)) == [False] * 5 + [True]


def test_workers_together_stay_within_the_companys_limit(engine, now):
    def call(c):
        return pace.take(c, "company", now, True, timedelta(seconds=30))

    slots = [taken for taken in at_once(engine, *[call] * 8) if isinstance(taken, int)]
    # Before the limit is known it is taken to be 20 a minute, and a quarter of it at once.
    assert len(slots) == len(set(slots)) == 5
