"""`make soak`: a month-end day of 50 shops on a fast clock, watched every quarter of an hour, and judged.

Both fakes and the connector are processes of their own. Buyers order, stock moves, orders are shipped or called off, by
the hours of a busy day; some messages are repeated, late, overtaken or lost, and in some hours calls go wrong. All of
the connector's own work is on: daily listing, comparison, change feed, deletion of what is old. The connector's memory
in the last hour is compared with that in the second, handles and tables must not grow, and at the end everything is
equal on both sides. Status 0 is pass, 1 fail (a connector that ends by itself during the day has failed), 2 wrong use,
3 unknown: the machine did not keep the clock's pace, or a fake has ended.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from scenarios.runner.databases import database
from scenarios.soak.judging import STATUS, Verdict
from scenarios.soak.plan import START, Wish
from scenarios.soak.run import TROUBLE, Outcome, first_of, soak, write_report

_QUARTER = 900.0


def run(wish: Wish, postgres: str | None = None, keep: Path | None = None) -> Outcome:
    """`soak` in `keep`, or in a folder that goes if everything passes; a line an hour is printed. Raises TROUBLE."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    folder, is_kept = keep or Path(tempfile.mkdtemp(prefix="connector-soak-")), True
    try:
        with database(wish.database, folder, postgres) as url:
            outcome = asyncio.run(soak(wish, folder, url, lambda line: print(line, flush=True)))
        is_kept = keep is not None or outcome.verdict is not Verdict.PASS
        return outcome
    except BaseExceptionGroup as group:
        raise first_of(group) from None
    except KeyboardInterrupt:
        is_kept = keep is not None
        raise
    finally:
        if is_kept:
            kept = "database and logs" if wish.database == "sqlite" else "logs"
            print(f"{kept}: {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="python -m scenarios.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--hours", type=float, default=24.0, help="of the clock (default 24)")
    made.add_argument("--shops", type=int, default=50, help="each with an ERP account of its own (default 50)")
    made.add_argument("--rate", type=float, default=30.0, help="seconds of the clock in one of the wall (default 30)")
    made.add_argument("--real-hour", action="store_true", help="one hour of the wall instead: --hours 1 --rate 1")
    made.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    made.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database; without it one is started")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--products", type=int, default=30, help="of each shop (default 30)")
    made.add_argument("--orders", type=int, default=40, help="of each shop in a day (default 40)")
    made.add_argument("--movements", type=int, default=160, help="of stock, of each shop in a day (default 160)")
    made.add_argument("--keep-hours", type=float, default=12.0, help="how long settled messages are kept (default 12)")
    made.add_argument("--folder", type=Path, help="keep database and logs here (an empty folder)")
    made.add_argument("--json", type=Path, metavar="FILE", help="write every look and what was judged")
    return made


def wish_of(given: argparse.Namespace, usage: argparse.ArgumentParser) -> Wish:
    """What is asked for; ends the program with status 2 where it makes no sense."""
    _require(usage, 0 < given.hours <= 1000, "--hours must be above 0 and at most 1000")
    _require(usage, 1 <= given.shops <= 500, "--shops must be between 1 and 500")
    _require(usage, 1 <= given.rate <= 1000, "--rate must be between 1 and 1000")
    _require(usage, 5 <= given.products <= 10_000, "--products must be between 5 and 10000")
    _require(usage, given.orders >= 0 and given.movements >= 0, "--orders and --movements must not be negative")
    _require(usage, given.keep_hours >= 12, "--keep-hours must be 12 or more: messages that are late still decide")
    _require(usage, not (given.folder and _is_used(given.folder)), "--folder must be an empty folder, or a new one")
    if given.json is not None and (why_not := _why_not_written(given.json)):
        usage.error(f"--json {given.json} cannot be written ({why_not})")
    _require(usage, given.postgres is None or given.database == "postgresql", "--postgres needs --database postgresql")
    wish = Wish(
        hours=given.hours,
        shops=given.shops,
        rate=given.rate,
        database=given.database,
        seed=given.seed,
        products=given.products,
        orders=given.orders,
        movements=given.movements,
        keep_hours=given.keep_hours,
        watch_every=_QUARTER,
        start=START,
    )
    return replace(wish, hours=1.0, rate=1.0, watch_every=60.0) if given.real_hour else wish


def _is_used(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _why_not_written(file: Path) -> str | None:
    """Before the day, not after it."""
    try:
        is_new = not file.exists()
        with suppress(FileExistsError):
            file.parent.mkdir(parents=True, exist_ok=True)
        file.open("a").close()
        if is_new:
            file.unlink()
    except OSError as error:
        return error.strerror
    return None


def _require(usage: argparse.ArgumentParser, holds: bool, what: str) -> None:
    if not holds:
        usage.error(what)


def fail(text: str) -> NoReturn:
    """Nothing could be done: that is unknown."""
    print(text, file=sys.stderr)
    raise SystemExit(3)


def _write(outcome: Outcome, file: Path) -> None:
    try:
        write_report(outcome.report, file)
    except OSError as error:
        print(f"the report is not written: {error}", file=sys.stderr)


def main() -> None:
    """Print what was seen; the last line is the verdict."""
    usage = parser()
    given = usage.parse_args()
    wish = wish_of(given, usage)
    print(
        f"{wish.hours:g} hours of {wish.shops} shops, {wish.orders} orders and {wish.movements} movements a shop and "
        f"day, {wish.database}, {wish.rate:g} seconds of the clock in one, seed {wish.seed}",
        flush=True,
    )
    try:
        outcome = run(wish, given.postgres, given.folder)
    except TROUBLE as error:
        fail(str(error) or type(error).__name__)
    except KeyboardInterrupt:
        fail("ended before anything was judged")
    except Exception:  # Python would end with 1, which says that the connector failed
        traceback.print_exc()
        fail("the soak itself failed")
    for finding in outcome.findings:
        print(f"{finding.verdict:>10}  {finding.name}: {finding.told}")
    if given.json is not None:
        _write(outcome, given.json)
    rows = outcome.report["samples"][-1]["database"]["rows"] if outcome.report["samples"] else {}
    print("rows: " + ", ".join(f"{count} {name}" for name, count in sorted(rows.items()) if count))
    print(f"{outcome.verdict} after {outcome.report['real_s']:.0f} s")
    raise SystemExit(STATUS[outcome.verdict])


if __name__ == "__main__":
    main()
