"""`python -m load`: start both fakes and the connector, load them, account for every message, stop them.

What is not known here goes to the load file, whose options stand below, and what that does not know goes to Locust.
Where nothing else is said it loads by `--shape poisson:70 --noise 30 --orders 1 --situations 1`: the first account is
as loud as three others. Ends with 0 pass, 1 fail, 2 wrong use, 3 unknown.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from aiohttp import ClientError

from connector.demo.errors import DemoError
from load import bundle, options
from load.bundle import Wish
from load.ending import Ended, Ending, end_by_signal, until_told
from load.mistake import Mistake
from load.options import parse_stall
from scenarios.runner.databases import database
from scenarios.runner.planted import CannotPlant

# A real shop's mix in a minute, a hundred messages a second: the first account is as loud as three others.
_USUAL = ["--shape", "poisson:70", "--noise", "30", "--seconds", "60", "--orders", "1", "--situations", "1"]
_CLOSED_USERS = "20"

_ACCOUNTS, _CATALOGUE, _RATE, _WORKERS = 500, 100_000, 1000, 64
_POSTGRES_ANSWERS_WITHIN = 10
_FAIL, _WRONG_USE, _UNKNOWN = 1, 2, 3
# How a line begins that tells what is wrong: ours, and Locust's.
_TOLD = re.compile(r"^(Not started|\S+: error): ")


def _of_load_file() -> argparse.ArgumentParser:
    """What the load file knows, for telling it: Locust's own help looks at no file."""
    parser = argparse.ArgumentParser(prog="python -m load", add_help=False, usage=argparse.SUPPRESS)
    options.add_to(parser)
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m load",
        usage="%(prog)s [options of either kind]",
        description=__doc__,
        epilog=_of_load_file().format_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--accounts", type=int, default=5, help="ERP accounts, a shop each (5)")
    parser.add_argument("--catalogue", type=int, default=200, help="products of each account (200)")
    parser.add_argument("--plan", choices=("antigo", "crescer", "evoluir", "potencializar"), default="potencializar")
    parser.add_argument("--rate", type=float, default=20.0, help="seconds of the clock in one of the wall (20)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database; without it one is started")
    parser.add_argument("--workers", type=int, default=2, help="working processes on PostgreSQL (2)")
    parser.add_argument("--planted", choices=sorted(bundle.bugs()), help="put this bug into a copy of the connector")
    parser.add_argument(
        "--freeze",
        metavar="AT:SECONDS",
        help="stop the connector at a time for so long (SIGSTOP), first under stock Locust, then under this",
    )
    parser.add_argument("--folder", type=Path, default=Path("load-report"), help="where the reports go (load-report)")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Mistake(what)


def _check(given: argparse.Namespace, more: list[str]) -> None:
    """Everything that is asked for, before anything is started. Raises Mistake."""
    _require(1 <= given.accounts <= _ACCOUNTS, f"--accounts must be between 1 and {_ACCOUNTS}.")
    _require(1 <= given.catalogue <= _CATALOGUE, f"--catalogue must be between 1 and {_CATALOGUE}.")
    _require(1 <= given.rate <= _RATE, f"--rate must be between 1 and {_RATE}.")
    _require(1 <= given.workers <= _WORKERS, f"--workers must be between 1 and {_WORKERS}.")
    _require(given.postgres is None or given.database == "postgresql", "--postgres needs --database postgresql.")
    if given.postgres is not None:
        _require_postgres(given.postgres)
    of_load_file, _ = _of_load_file().parse_known_args(more)
    for name in ("target", "erp_door", "shop_door", "products", "company", "integrator_id"):
        option = f"--{name.replace('_', '-')}"
        told = f"{option} is of another target: leave it out here, or run load/stock_webhooks.py (load/README.md)."
        _require(getattr(of_load_file, name) is None, told)
    if given.freeze:
        _require(not of_load_file.stall, "--freeze and --stall both stop a process: leave one of them out.")
        parse_stall(given.freeze, "--freeze")
    _require_folder(given.folder)
    with tempfile.TemporaryDirectory(prefix="connector-load-") as folder:
        _ask_locust(["--csv", f"{folder}/locust", *_arguments(given, more)])


def _require_postgres(url: str) -> None:
    """The address itself is not told: a password stands in it."""
    wrong = "give the address of an empty database that is up, such as postgresql://USER:PASSWORD@127.0.0.1:5432/NAME."
    plain = re.sub(r"^postgresql\+\w+://", "postgresql://", url)
    _require(plain.startswith("postgresql://"), f"--postgres is no address of PostgreSQL: {wrong}")
    try:
        psycopg.connect(plain, connect_timeout=_POSTGRES_ANSWERS_WITHIN).close()
    except psycopg.OperationalError as error:
        told = " ".join(str(error).split())
        raise Mistake(f"--postgres cannot be used ({told}): {wrong}") from None
    except psycopg.Error:
        raise Mistake(f"--postgres is no address of PostgreSQL: {wrong}") from None


def _require_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Mistake(f"cannot write to the folder {folder} ({error.strerror}): give another --folder.") from None


def _ask_locust(arguments: list[str]) -> None:
    """What is Locust's only Locust knows: it looks at everything and starts nothing."""
    command = [*bundle.LOCUST, "--check", *arguments]
    checked = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if checked.returncode:
        raise Mistake(_told(checked.stderr) or f"Locust ended with {checked.returncode} and said nothing.")
    if checked.stdout:
        # Somebody asked Locust to tell something instead of loading.
        print(checked.stdout, end="")
        sys.exit(0)


def _told(said: str) -> str:
    """What is wrong, in one line, of all that Locust said."""
    lines = said.strip().splitlines()
    begins = max((place for place, line in enumerate(lines) if _TOLD.match(line)), default=len(lines) - 1)
    return _TOLD.sub("", " ".join(lines[max(begins, 0) :]))


def _arguments(given: argparse.Namespace, more: list[str]) -> list[str]:
    return [*_USUAL, "--seed", str(given.seed), *more]


async def _run(given: argparse.Namespace, more: list[str], folder: Path, database_url: str, ending: Ending) -> int:
    wish = Wish(
        accounts=given.accounts,
        products=given.catalogue,
        plan=given.plan,
        rate=given.rate,
        workers=given.workers,
        seed=given.seed,
        planted=given.planted,
    )
    print(
        f"Starting both fakes and the connector on {given.database}: {wish.accounts} accounts with {wish.products} "
        f"products each, plan {wish.plan}, {wish.rate:g} seconds of the clock in one …",
        file=sys.stderr,
        flush=True,
    )
    async with bundle.running(wish, folder, database_url) as found:
        arguments = _arguments(given, more)
        if given.freeze:
            arguments += ["--stall", given.freeze]
            arguments += [part for pid in found.pids for part in ("--stall-pid", str(pid))]
            closed = given.folder / "closed"
            outcome = closed / "outcome.json"
            outcome.unlink(missing_ok=True)
            # As many users as people usually take; its own gates say nothing here.
            users = ["--model", "closed", "--connections", _CLOSED_USERS]
            status = await bundle.locust(found, closed, [*arguments, *users], ending)
            if ending.is_told or not outcome.exists():
                return status or _UNKNOWN
            if lost := json.loads(outcome.read_text(encoding="utf-8"))["bad_count"]:
                print(f"load: {lost} lost, doubled or wrong under stock Locust: see {closed}.", file=sys.stderr)
                return _FAIL
            arguments += ["--beside", str(outcome)]
        return await bundle.locust(found, given.folder, arguments, ending)


def _kept(told: str, folder: Path, reports: Path) -> str:
    """What names a log in a folder that goes away names its copy."""
    for log in folder.glob("*.log"):
        shutil.copy(log, reports / log.name)
    return told.replace(str(folder), str(reports))


def _started(given: argparse.Namespace, more: list[str]) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="connector-load-") as name,
        database(given.database, Path(name), given.postgres) as url,
    ):
        folder = Path(name)
        try:
            return until_told(lambda ending: _run(given, more, folder, url, ending))
        except (DemoError, CannotPlant, ClientError, OSError) as error:
            told = _kept(str(error) or type(error).__name__, folder, given.folder)
            print(f"load: {told}", file=sys.stderr)
            return _UNKNOWN


def main() -> None:
    """Exit status as above."""
    given, more = _parser().parse_known_args()
    end_by_signal()
    try:
        _check(given, more)
        status = _started(given, more)
    except Mistake as mistake:
        print(f"Not started: {mistake}", file=sys.stderr)
        status = _WRONG_USE
    except Ended:
        print("load: ended before anything was judged.", file=sys.stderr)
        status = _UNKNOWN
    sys.exit(status)


if __name__ == "__main__":
    main()
