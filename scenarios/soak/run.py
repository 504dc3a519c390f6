"""One soak: everything started, the day played and watched, the end counted, all of it judged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from connector.demo.errors import DemoError
from connector.demo.processes import Processes
from connector.store.engine import make_engine
from scenarios.harness.clock import ScaledClock
from scenarios.runner.dungeon import Dungeon, Furniture, build
from scenarios.soak import ending, judging, trade, watch
from scenarios.soak.ending import End
from scenarios.soak.judging import Finding, Verdict
from scenarios.soak.plan import HOUR, Wish

# What cannot be talked to is told, and is no mistake of ours.
TROUBLE = (OSError, ClientError, sa.exc.SQLAlchemyError, DemoError)

Sample = dict[str, Any]
Tell = Callable[[str], None]


@dataclass
class Watched:
    """The looks of a run, oldest first; each is plain JSON."""

    samples: list[Sample] = field(default_factory=list)

    def series(self, *path: str) -> list[tuple[float, float]]:
        """(hour, value) of a figure, where it is known."""
        found = []
        for sample in self.samples:
            value: Any = sample
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
            if value is not None:
                found.append((float(sample["hour"]), float(value)))
        return found


@dataclass(frozen=True)
class Outcome:
    """`verdict` is that of all findings."""

    verdict: Verdict
    findings: list[Finding]
    report: dict[str, Any]


class Soak:
    """The running day, and who looks at it."""

    def __init__(self, wish: Wish, dungeon: Dungeon, fakes: dict[str, int], engine: sa.Engine, tell: Tell) -> None:
        self._wish, self._dungeon, self._engine, self._tell = wish, dungeon, engine, tell
        self._fakes = fakes
        self._done = trade.Done()
        self._random = Random(f"{wish.seed}:soak:probe")
        self.watched = Watched()
        self._began: datetime = dungeon.clock.now()

    async def play(self) -> None:
        """The whole day. Raises DemoError if a process ends or refuses."""
        self._began = self._dungeon.clock.now()
        async with asyncio.TaskGroup() as day:
            for place in range(len(self._dungeon.accounts)):
                day.create_task(trade.Shop(self._wish, self._dungeon, place, self._done).trade(self._began))
            day.create_task(trade.make_trouble(self._dungeon, self._began, self._wish.hours))
            day.create_task(self._watch())

    async def _watch(self) -> None:
        every = self._wish.watch_every
        for number in range(1, round(self._wish.hours * HOUR / every) + 1):
            self._done.was_late(await trade.wait_until(self._dungeon.clock, self._began, number * every))
            sample = await self.look(number * every)
            self.watched.samples.append(sample)
            if number * every % HOUR < 1e-6 or number * every == self._wish.hours * HOUR:
                self._tell(line_of(sample))

    async def look(self, at: float) -> Sample:
        """Everything that is watched, now. Raises DemoError where a process of the connector has ended."""
        self._dungeon.connector.check()
        clock = self._dungeon.clock
        pids = {name: one.pid for name, one in self._dungeon.connector.running.items()}
        figures = {name: watch.process(pid) for name, pid in {**pids, **self._fakes}.items()}
        fresh = await trade.freshness(self._dungeon, self._random)
        told = await ending.metrics(self._dungeon)
        kept = await asyncio.to_thread(watch.database, self._engine, clock.now())
        return {
            "hour": round(at / HOUR, 4),
            "clock": clock.now().isoformat(timespec="seconds"),
            "processes": figures,
            "connector": {name: sum(figures[one].get(name, 0) for one in pids) for name in _SUMMED},
            "database": kept,
            "backlog": told,
            "due": told["left"].get("due", 0) + told["left"].get("failed", 0),
            "freshness_s": None if fresh is None else round(fresh, 1),
            "erp": await self._erp_calls(),
            "done": dict(self._done.counts),
            "late_s": round(self._done.worst_lateness(), 1),
        }

    async def _erp_calls(self) -> dict[str, int]:
        calls = blocked = 0
        for account in self._dungeon.accounts:
            told = await account.erp.get("/statistics")
            calls += told["calls"]
            blocked += sum(told["blocked"]["natural"].values())
        return {"calls": calls, "blocked": blocked}


_SUMMED = ("rss_mb", "anon_mb", "pss_mb", "handles", "threads", "cpu_s")


def line_of(sample: Sample) -> str:
    """One line for the screen."""
    mine, kept, done = sample["connector"], sample["database"], sample["done"]
    used = f", {kept['used_mb']:.1f} in use" if "used_mb" in kept else ""
    fresh = "–" if sample["freshness_s"] is None else f"{sample['freshness_s']:.0f} s"
    return (
        f"hour {sample['hour']:>5.2f}  {mine['anon_mb']:.1f} MB ({mine['rss_mb']:.1f} resident), "
        f"{mine['handles']:.0f} handles, {mine['threads']:.0f} threads, database {kept['file_mb']:.1f} MB{used}, "
        f"{kept['rows']['inbox']} messages; {sample['due']} due, oldest {sample['backlog']['oldest_s']:.0f} s, "
        f"fresh in {fresh}; {done.get('orders', 0)} orders, {done.get('movements', 0)} movements, "
        f"{done.get('steps', 0)} steps, {sample['erp']['calls']} ERP calls, {sample['erp']['blocked']} blocked; "
        f"late {sample['late_s']:.0f} s"
    )


def judge(wish: Wish, watched: Watched, end: End) -> list[Finding]:
    """Everything that is asked of a soak."""
    is_real_time = wish.rate == 1
    spans = judging.spans_of(wish.hours, is_real_time=is_real_time)
    every = min(24.0, wish.keep_hours / 4)
    found = [
        judging.pace(watched.series("late_s"), watched.series("backlog", "oldest_s"), is_real_time=is_real_time),
        judging.memory("memory", watched.series("connector", "anon_mb"), spans),
        judging.floor("handles", watched.series("connector", "handles"), spans),
        judging.floor("threads", watched.series("connector", "threads"), spans),
        judging.plateau("database", watched.series("database", "file_mb"), wish.keep_hours, wish.hours),
    ]
    for name in ("inbox", "claim", "feed"):
        ages = watched.series("database", "oldest_hours", name)
        if ages or name != "feed":
            found.append(judging.retention(f"retention of {name}", ages, wish.keep_hours, every, wish.hours))
    told = f"{end.orders} orders once each with equal money, stock and situations equal"
    drained = f"nothing left after {end.drained_after_s:.0f} s"
    refused = {"blocked answers": end.blocked, "forbidden services called": end.forbidden}
    return [
        *found,
        judging.nothing_wrong("backlog", {**end.left, "messages undelivered": end.undelivered}, drained),
        judging.nothing_wrong("both sides", {name.replace("_", " "): n for name, n in end.wrong.items()}, told),
        *(judging.apart(order) for order in end.apart),
        judging.nothing_wrong("quota", refused, "no blocked answer"),
    ]


async def soak(wish: Wish, folder: Path, database_url: str, tell: Tell) -> Outcome:
    """Do it in a folder; a connector that ends by itself has failed. Raises TROUBLE where it cannot be done."""
    began = time.monotonic()
    end: End | None = None
    last_words: str | None = None
    clock = ScaledClock(time.time(), wish.start, wish.rate)
    processes = Processes(folder)
    # A day's looks are long answers on a fast clock; many shops act at once.
    async with ClientSession(timeout=ClientTimeout(total=120), connector=TCPConnector(limit=32)) as http:
        try:
            dungeon = await _build(http, processes, wish, clock, database_url)
            engine = make_engine(database_url, writes=False)
            try:
                tell(f"{wish.shops} shops connected and read after {time.monotonic() - began:.0f} s; the day begins")
                running = Soak(wish, dungeon, processes.pids(), engine, tell)
                await running.play()
                end = await ending.settle(dungeon)
                dungeon.connector.check()
            except* TROUBLE:
                # Where a process has ended, its last words say more; it may be about to.
                end = None
                await asyncio.sleep(1)
                processes.check()
                if (last_words := _last_words(dungeon)) is None:
                    raise
            finally:
                engine.dispose()
                await dungeon.connector.stop()
        finally:
            await processes.stop()
    if end is None:
        findings = [Finding("connector", Verdict.FAIL, last_words or "")]
    else:
        findings = judge(wish, running.watched, end)
    verdict = judging.overall(findings)
    report = {
        "wish": json.loads(json.dumps(asdict(wish), default=str)),
        "verdict": verdict,
        "findings": [asdict(finding) for finding in findings],
        "end": None if end is None else asdict(end),
        "real_s": round(time.monotonic() - began, 1),
        "samples": running.watched.samples,
    }
    return Outcome(verdict, findings, report)


def _last_words(dungeon: Dungeon) -> str | None:
    """Of a process of the connector that has ended by itself; None if all run."""
    try:
        dungeon.connector.check()
    except DemoError as error:
        return str(error)
    return None


async def _build(
    http: ClientSession, processes: Processes, wish: Wish, clock: ScaledClock, database_url: str
) -> Dungeon:
    # A call that is stalled for 45 s of the clock is waited for, as by whoever waits half a minute of the wall.
    patience = f"{max(2.0, 30.0 / wish.rate):g}"
    return await build(
        http,
        processes,
        seed=wish.seed,
        clock=clock,
        database_url=database_url,
        furniture=Furniture(
            accounts=wish.shops,
            products=wish.products,
            plan="potencializar",
            disorders=tuple(trade.DISORDERS),
            bucket=True,
        ),
        configuration={
            "CONNECTOR_KEEP_MESSAGES_DAYS": f"{wish.keep_hours / 24:g}",
            "CONNECTOR_KEEP_RECORDS_DAYS": "1",
            "CONNECTOR_ERP_TIMEOUT": patience,
            "CONNECTOR_SHOP_TIMEOUT": patience,
            "CONNECTOR_LOG_LEVEL": "warning",
        },
    )


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first of several that happened at once."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def write_report(report: dict[str, Any], file: Path) -> None:
    """As JSON. Raises OSError."""
    with suppress(FileExistsError):
        file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
