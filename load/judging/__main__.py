"""`python -m load.judging FOLDER`: wait for the backlog of a run, account for every message, judge, write the reports.

Can be run again while the target is up. Ends with 0 pass, 1 fail, 2 wrong use, 3 unknown.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from load.judging import junit, page
from load.judging.course import Course, follow
from load.judging.draining import Ends, until_drained
from load.judging.fates import Untold, doubtful, fates
from load.judging.gates import Verdict
from load.judging.outcome import Outcome, conclude
from load.judging.reading import Books, CannotJudge, Doors, read_messages
from load.recording import BEFORE, JUNIT, MESSAGES, OUTCOME, PAGE, REPORTS, RUN
from load.sender import ENDED_EARLY

Document = dict[str, Any]

_TIMEOUT = ClientTimeout(total=120)


async def _judge(folder: Path) -> Outcome:
    run = json.loads((folder / RUN).read_text(encoding="utf-8"))
    messages = read_messages(folder / MESSAGES)
    before = json.loads((folder / BEFORE).read_text(encoding="utf-8"))
    async with ClientSession(timeout=_TIMEOUT, trust_env=False) as http:
        doors = [
            Doors(http, account["erp"], account["shop"], earlier) if account["erp"] and account["shop"] else None
            for account, earlier in zip(run["accounts"], before["accounts"], strict=True)
        ]
        untold = Untold(messages, is_early=ENDED_EARLY in run["spoilt"])
        ends = Ends(run=run, before=before, doors=doors, untold=untold)
        drain, kept = await until_drained(http, ends)
        books = await _books(ends)
    courses = [_courses(one) if one else {} for one in books]
    told = fates(messages, books, courses, kept)
    doubt = None if kept is None else doubtful(messages, kept)
    return conclude(run, messages, books, courses, told, untold, drain, doubt)


async def _books(ends: Ends) -> list[Books | None]:
    journals: dict[str, list[Document]] = {}
    found: list[Books | None] = []
    for doors in ends.doors:
        if doors is None:
            found.append(None)
            continue
        if doors.platform not in journals:
            journals[doors.platform] = await doors.journal()
        found.append(await doors.books(ends.run["wall"], journals[doors.platform]))
    return found


def _courses(books: Books) -> dict[str, Course]:
    """Of every product of both sides that has moved."""
    return {
        code: follow(moves, books.shown.get(code, ()), books.erp_before[code], books.before[code], books.until)
        for code, moves in books.movements.items()
        if code in books.before and code in books.shop
    }


def judge(folder: Path) -> Verdict:
    """Judge the run in a folder and write the reports. Raises CannotJudge."""
    outcome = asyncio.run(_judge(folder))
    (folder / PAGE).write_text(page.render(outcome), encoding="utf-8")
    (folder / JUNIT).write_bytes(junit.render(outcome))
    # The last: who finds it finds the others.
    (folder / OUTCOME).write_text(json.dumps(outcome.figures(), indent=1, allow_nan=False), encoding="utf-8")
    print(outcome.summary(), file=sys.stderr)
    print(f"Reports: {folder / PAGE}, {JUNIT}, {OUTCOME}", file=sys.stderr)
    return outcome.verdict


def main() -> None:
    """Judge the run in the folder that is named."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / RUN).is_file():
        print("Give the folder of a run: python -m load.judging FOLDER", file=sys.stderr)
        sys.exit(2)
    folder = Path(sys.argv[1])
    # An older judgement is none of this run as it stands now.
    for name in REPORTS:
        (folder / name).unlink(missing_ok=True)
    try:
        verdict = judge(folder)
    except CannotJudge as problem:
        print(f"Not judged: {problem}", file=sys.stderr)
        (folder / JUNIT).write_bytes(junit.not_judged(str(problem)))
        verdict = Verdict.UNKNOWN
    except Exception as error:  # Python would end with 1, which says that the target failed
        traceback.print_exc()
        (folder / JUNIT).write_bytes(junit.not_judged(f"the judgement itself failed: {type(error).__name__}"))
        verdict = Verdict.UNKNOWN
    sys.exit(verdict.value)


if __name__ == "__main__":
    main()
