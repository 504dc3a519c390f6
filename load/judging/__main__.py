"""`python -m load.judging FOLDER`: wait for the backlog of a run, account for every message, judge, write the reports.

Can be run again while the target is up. Ends with 0 pass, 1 fail, 2 wrong use, 3 unknown.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from load.judging import junit, page
from load.judging.course import Course, follow
from load.judging.fates import fates
from load.judging.outcome import Drain, Outcome, conclude
from load.judging.reading import Books, CannotJudge, Doors, kept_messages, kept_since, read_messages
from load.recording import BEFORE, MESSAGES, RUN

Document = dict[str, Any]

_LOOK = 1.0
_TIMEOUT = ClientTimeout(total=120)
# Real seconds for which a connector that has neither work nor differences is left alone before the last look.
_CALM = 1.0
_LEFT = re.compile(r'^connector_backlog\{reason="[^"]*",state="(?:ready|failed|running)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class _Ends:
    """What a run is judged by: its record, and the doors of each account that has both."""

    run: Document
    before: list[Document]
    doors: list[Doors | None]


async def _judge(folder: Path) -> Outcome:
    run = json.loads((folder / RUN).read_text(encoding="utf-8"))
    messages = read_messages(folder / MESSAGES)
    before = json.loads((folder / BEFORE).read_text(encoding="utf-8"))
    async with ClientSession(timeout=_TIMEOUT, trust_env=False) as http:
        doors = [
            Doors(http, account["erp"], account["shop"]) if account["erp"] and account["shop"] else None
            for account in run["accounts"]
        ]
        ends = _Ends(run=run, before=before, doors=doors)
        drain = await _until_drained(http, ends)
        command = run["messages_command"]
        kept = kept_since(await kept_messages(command), before) if command else None
        books = await _books(ends)
    courses = [_courses(one) if one else {} for one in books]
    return conclude(run, messages, books, courses, fates(messages, books, courses, kept), drain, kept is not None)


async def _until_drained(http: ClientSession, ends: _Ends) -> Drain | None:
    """Wait until both sides are equal everywhere and the connector has nothing to do; None without doors."""
    open_doors = [doors for doors in ends.doors if doors is not None]
    if not open_doors:
        return None
    rate = next(one["clock"]["rate"] for one in ends.before if one)
    last = ends.run["wall"] + ends.run["lasted"]
    deadline = last + ends.run["drain_within"] / rate
    while True:
        begun = time.time()
        unequal = sum([await _differences(doors) for doors in open_doors])
        if not unequal and not await _left(http, ends.run["metrics"]):
            await asyncio.sleep(_CALM)
            return Drain(seconds=max(0.0, begun - last) * rate, unequal=0)
        if time.time() > deadline:
            return Drain(seconds=None, unequal=unequal)
        await asyncio.sleep(_LOOK)


async def _differences(doors: Doors) -> int:
    erp, shop = await doors.levels()
    orders = await doors.orders()
    return sum(erp[code] != shop[code] for code in set(erp) & set(shop)) + orders.lost


async def _left(http: ClientSession, metrics: str | None) -> int:
    """What the connector has to do, by its own figures; none where they are not known."""
    if metrics is None:
        return 0
    try:
        async with http.get(metrics) as answer:
            return sum(round(float(count)) for count in _LEFT.findall(await answer.text()))
    except (ClientError, TimeoutError):
        raise CannotJudge("the connector does not tell its figures at the address of `metrics`: is it up?") from None


async def _books(ends: _Ends) -> list[Books | None]:
    journals: dict[str, list[Document]] = {}
    found: list[Books | None] = []
    for doors, before in zip(ends.doors, ends.before, strict=True):
        if doors is None:
            found.append(None)
            continue
        if doors.platform not in journals:
            journals[doors.platform] = await doors.journal()
        found.append(await doors.books(before, ends.run["wall"], journals[doors.platform]))
    return found


def _courses(books: Books) -> dict[str, Course]:
    """Of every product of both sides that has moved."""
    return {
        code: follow(moves, books.shown.get(code, ()), books.erp_before[code], books.before[code])
        for code, moves in books.movements.items()
        if code in books.before and code in books.shop
    }


def main() -> None:
    """Judge the run in the folder that is named."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / RUN).is_file():
        print("Give the folder of a run: python -m load.judging FOLDER", file=sys.stderr)
        sys.exit(2)
    folder = Path(sys.argv[1])
    try:
        outcome = asyncio.run(_judge(folder))
    except CannotJudge as problem:
        print(f"Not judged: {problem}", file=sys.stderr)
        sys.exit(3)
    (folder / "report.html").write_text(page.render(outcome), encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit.render(outcome))
    (folder / "outcome.json").write_text(json.dumps(outcome.figures(), indent=1), encoding="utf-8")
    print(outcome.summary(), file=sys.stderr)
    print(f"Reports: {folder / 'report.html'}, junit.xml, outcome.json", file=sys.stderr)
    sys.exit(outcome.verdict.value)


if __name__ == "__main__":
    main()
