"""The worker with features of the test's own: what each failure leads to, and that no work is lost.

The database is a real SQLite file, inline, and time is the loop's, so that days pass at once.
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import looptime
import pytest
import sqlalchemy as sa

from connector.app import make_log
from connector.clock import LoopClock
from connector.core.errors import AccountBlocked, ContractBroken, Doubtful, Final, Refused, Throttled, Transient
from connector.core.reasons import Reason
from connector.flows.outcome import Dead, Done, Outcome, Park, Snooze
from connector.store import schema, stores, work
from connector.store.engine import Database
from connector.store.tables import work as rows
from connector.store.work import Priority
from connector.worker import Feature, Worker

START = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
# Of one process; half of it is the catalogue's, which is more than one store's lanes.
_AT_ONCE = 20


class Unhurried(LoopClock):
    """For stories of days: the worker looks for other workers' doings a thousand times less often."""

    rate = 1000.0


class Bench:
    """A worker on a database of its own; `tries` are the times at which the feature was tried."""

    def __init__(self, url: str, perform: Callable[[int], Any], clock: LoopClock) -> None:
        self.clock = clock
        self.db = Database(url, inline=True)
        self.log = io.StringIO()
        self.tries: list[datetime] = []
        self.buried: list[str] = []
        self.counted: list[str] = []
        self.blocked: list[str] = []
        self.is_wanted = True
        self._perform = perform
        self._task: asyncio.Task[None] | None = None
        env: Any = SimpleNamespace(db=self.db, clock=self.clock, random=SimpleNamespace(random=lambda: 0.5))
        feature = Feature(self._try, self._bury)
        self.worker = Worker(env, {"task": feature}, self._block, make_log("info", self.log), self._count, _AT_ONCE)
        self.db.on_enqueued = self.worker.wake

    async def _try(self, job: Any, env: Any) -> Any:
        self.tries.append(self.clock.now())
        outcome = self._perform(len(self.tries))
        if isinstance(outcome, Awaitable):
            outcome = await outcome
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def _bury(self, job: Any, env: Any, reason: str, detail: str) -> None:
        self.buried.append(reason)

    def _block(self, c: Any, env: Any, store_id: int, error: AccountBlocked) -> Outcome:
        self.blocked.append(str(error.reason))
        return Park(error.reason, error.detail) if self.is_wanted else Done()

    def _count(self, kind: str, outcome: str) -> None:
        self.counted.append(outcome)

    async def ask(self, key: str = "", *, store: int = 7, priority: Priority = Priority.CATALOGUE) -> None:
        await self.db.write(work.enqueue, store, "task", self.clock.now(), priority=priority, key=key)

    async def install(self, store: int) -> None:
        door, address = f"d{store}", "http://shop.example"
        await self.db.write(
            stores.install, store, api_url=address, bearer="", door=door, door_mark=door, now=self.clock.now()
        )

    async def run_for(self, time: timedelta) -> None:
        self.start()
        await self.clock.sleep(time.total_seconds())

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self.worker.run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def rows(self) -> list[Any]:
        return await self.db.read(lambda c: list(c.execute(sa.select(rows).order_by(rows.c.id))))

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    def waits(self) -> list[float]:
        """Seconds between one try and the next."""
        return [(b - a).total_seconds() for a, b in zip(self.tries, self.tries[1:], strict=False)]


@pytest.fixture
def bench(tmp_path):
    """Play a story with a bench whose feature does as told: an outcome, an error, or a function of the try."""
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    schema.migrate(url)

    def play(told: Any, story: Callable[[Bench], Awaitable[None]], clock: type[LoopClock] = LoopClock) -> None:
        async def main() -> None:
            made = Bench(url, told if callable(told) else lambda _: told, clock(START))
            await made.install(7)
            await made.ask()
            try:
                await story(made)
            finally:
                await made.stop()
                made.db.close()

        loop = looptime.new_event_loop()
        try:
            loop.run_until_complete(main())
        finally:
            loop.close()

    return play


def test_what_is_done_is_gone(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(seconds=1))
        assert (len(b.tries), await b.rows(), b.counted) == (1, [], ["done"])

    bench(Done(), story)


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (Final(Reason.GONE, "x"), "dead", "gone"),
        (Refused(Reason.SHOP_REFUSED, "422", "x"), "dead", "shop_refused"),
        (Dead(Reason.ERP_REFUSED), "dead", "erp_refused"),
        (ContractBroken(Reason.ERP_CONTRACT, "x"), "parked", "erp_contract"),
        (AccountBlocked(Reason.TOKEN_REJECTED), "parked", "token_rejected"),
        (Park(Reason.DEPOT_UNKNOWN), "parked", "depot_unknown"),
    ],
)
def test_what_stops_for_good_is_kept_with_its_reason_and_not_tried_again(bench, told, state, reason):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(days=2))
        (row,) = await b.rows()
        assert (row.state, row.reason, row.lease_until, len(b.tries)) == (state, reason, None, 1)
        assert b.counted == ["dead" if state == "dead" else "park"]
        assert b.buried == ([reason] if state == "dead" else [])

    bench(told, story, Unhurried)


@pytest.mark.parametrize(
    "error",
    [
        Transient(Reason.ERP_UNREACHABLE, "no answer"),
        Doubtful(Reason.SHOP_UNREACHABLE),
        ValueError("a mistake of ours"),
        KeyError("another"),
    ],
)
def test_passing_trouble_is_tried_again_until_it_works(bench, error):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(hours=1))
        assert (len(b.tries), await b.rows(), b.counted) == (4, [], ["later"] * 3 + ["done"])

    bench(lambda attempt: error if attempt < 4 else Done(), story)


def test_waits_double_up_to_half_an_hour_and_end_after_three_days(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(days=4))
        expected = [min(1.0 * 2**i, 1800.0) * 0.75 for i in range(len(b.waits()))]
        assert b.waits() == pytest.approx(expected, abs=0.1)
        assert timedelta(days=3) <= b.tries[-1] - b.tries[0] <= timedelta(days=3) + HALF_AN_HOUR
        (row,) = await b.rows()
        assert (row.state, row.reason, b.buried) == ("dead", "erp_trouble", ["erp_trouble"])

    bench(Transient(Reason.ERP_TROUBLE, "html"), story, Unhurried)


def test_a_wait_that_the_other_side_named_is_kept_to(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(seconds=100))
        assert len(b.tries) == 1
        await b.run_for(timedelta(seconds=30))
        assert len(b.tries) == 2

    bench(Transient(Reason.SHOP_TROUBLE, retry_after=120), story)


def test_being_throttled_is_no_attempt(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(minutes=59))
        (row,) = await b.rows()
        assert (row.state, row.attempts, b.waits()) == ("waiting", 0, pytest.approx([60.0] * 58, abs=0.1))

    bench(Throttled(Reason.ERP_BUSY, retry_after=60), story, Unhurried)


def test_a_snooze_is_no_attempt(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(seconds=25))
        (row,) = await b.rows()
        assert (row.attempts, len(b.tries)) == (0, 3)

    bench(Snooze(10, Reason.ERP_BUSY), story)


def test_a_suspended_shop_is_looked_at_every_hour_and_not_noted_as_blocked(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(hours=3, minutes=1))
        assert (len(b.tries), b.blocked) == (4, [])

    bench(AccountBlocked(Reason.SHOP_SUSPENDED), story, Unhurried)


def test_blocked_work_waits_for_the_account_and_is_then_done(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(days=1))
        assert (await b.states(), b.blocked) == (["parked"], ["token_rejected"])
        await b.db.write(work.revive, 7, b.clock.now(), work.PARKED, ["token_rejected"])
        await b.run_for(timedelta(seconds=1))
        assert (len(b.tries), await b.rows()) == (2, [])

    bench(lambda attempt: AccountBlocked(Reason.TOKEN_REJECTED) if attempt == 1 else Done(), story, Unhurried)


def test_blocked_work_of_a_store_that_has_left_is_dropped(bench):
    async def story(b: Bench) -> None:
        b.is_wanted = False
        await b.run_for(timedelta(seconds=1))
        assert (await b.rows(), b.counted) == ([], ["done"])

    bench(AccountBlocked(Reason.SHOP_TOKEN_REVOKED), story)


def test_a_worker_that_is_stopped_gives_back_what_it_holds(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(seconds=1))
        assert await b.states() == ["running"]
        await b.stop()
        (row,) = await b.rows()
        assert (row.state, row.attempts) == ("waiting", 0)

    bench(lambda _: asyncio.Event().wait(), story)


def test_long_work_is_held_on_to(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(minutes=10))
        assert (await b.states(), len(b.tries)) == (["running"], 1)

    bench(lambda _: asyncio.Event().wait(), story)


def test_work_of_a_process_that_died_is_taken_over_within_a_minute(bench):
    async def story(b: Bench) -> None:
        lease = timedelta(seconds=45)
        await b.db.write(work.claim, 7, {int(Priority.CATALOGUE): 1}, b.clock.now(), lease)
        await b.run_for(timedelta(minutes=1, seconds=1))
        assert (len(b.tries), await b.rows()) == (1, [])

    bench(Done(), story)


def test_an_outcome_that_could_not_be_kept_leads_to_another_try(bench):
    async def story(b: Bench) -> None:
        await b.db.write(lambda c: c.exec_driver_sql(FORBID))
        await b.run_for(timedelta(seconds=5))
        assert await b.states() == ["running"]
        await b.db.write(lambda c: c.exec_driver_sql("DROP TRIGGER stuck"))
        await b.run_for(timedelta(minutes=2))
        assert (len(b.tries), await b.rows()) == (2, [])
        assert '"event": "not_settled"' in b.log.getvalue()

    bench(Done(), story)


def test_the_worker_outlives_trouble_with_the_database(bench):
    async def story(b: Bench) -> None:
        await b.db.write(lambda c: c.exec_driver_sql("ALTER TABLE work RENAME TO elsewhere"))
        await b.run_for(timedelta(minutes=5))
        assert b.tries == []
        assert '"event": "no_database"' in b.log.getvalue()
        await b.db.write(lambda c: c.exec_driver_sql("ALTER TABLE elsewhere RENAME TO work"))
        await b.run_for(timedelta(minutes=1))
        assert (len(b.tries), await b.rows()) == (1, [])

    bench(Done(), story)


def test_a_mistake_is_logged_with_its_lines(bench):
    async def story(b: Bench) -> None:
        await b.run_for(timedelta(seconds=1))
        assert '"event": "mistake"' in b.log.getvalue()
        assert "ZeroDivisionError" in b.log.getvalue()

    bench(lambda _: 1 // 0, story)


def test_four_products_of_a_store_at_once_and_no_more(bench):
    async def story(b: Bench) -> None:
        for number in range(20):
            await b.ask(str(number))
        await b.run_for(timedelta(seconds=1))
        assert sorted(await b.states()) == ["running"] * 4 + ["waiting"] * 17

    bench(lambda _: asyncio.Event().wait(), story)


def test_the_catalogue_of_all_stores_gets_half_of_the_room_and_leaves_the_orders_theirs(bench):
    async def story(b: Bench) -> None:
        for store in range(8, 28):
            await b.install(store)
            await b.ask(store=store)
            await b.ask("1", store=store)
            await b.ask("order", store=store, priority=Priority.ORDERS)
            await b.ask("other", store=store, priority=Priority.ORDERS)
        await b.run_for(timedelta(seconds=1))
        running = Counter(row.priority for row in await b.rows() if row.state == "running")
        assert running == {Priority.CATALOGUE: 10, Priority.ORDERS: 20}

    bench(lambda _: asyncio.Event().wait(), story)


FORBID = "CREATE TRIGGER stuck BEFORE DELETE ON work BEGIN SELECT RAISE(ABORT, 'no'); END"
