"""`python -m load`: start both fakes and the connector, load them, account for every message, stop them.

What is not known here goes to the load file, whose options stand below, and what that does not know goes to Locust.
Ends with 0 pass, 1 fail, 2 wrong use, 3 unknown.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from connector.demo.errors import DemoError
from load import bundle, options
from load.bundle import Wish
from scenarios.runner.databases import database
from scenarios.runner.planted import CannotPlant

# A real shop's mix in a minute, a hundred messages a second: the first account is as loud as three others.
_USUAL = ["--shape", "poisson:70", "--noise", "30", "--seconds", "60", "--orders", "1", "--situations", "1"]
_CLOSED_USERS = "20"


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


async def _run(given: argparse.Namespace, more: list[str], folder: Path, database_url: str) -> int:
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
        arguments = [*_USUAL, "--seed", str(given.seed), *more]
        if given.freeze:
            arguments += ["--stall", given.freeze]
            arguments += [part for pid in found.pids for part in ("--stall-pid", str(pid))]
            closed = given.folder / "closed"
            # As many users as people usually take; its own gates say nothing here.
            await bundle.locust(found, closed, [*arguments, "--model", "closed", "--connections", _CLOSED_USERS])
            arguments += ["--beside", str(closed / "outcome.json")]
        return await bundle.locust(found, given.folder, arguments)


async def _until_told(run: Coroutine[Any, Any, int]) -> int:
    """A run that ends in good order also by SIGTERM."""
    task = asyncio.ensure_future(run)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def main() -> None:
    """Exit status as above."""
    given, more = _parser().parse_known_args()
    # What is wrong is told before anything is started.
    _of_load_file().parse_known_args(more)
    with (
        tempfile.TemporaryDirectory(prefix="connector-load-") as folder,
        database(given.database, Path(folder), given.postgres) as url,
    ):
        try:
            status = asyncio.run(_until_told(_run(given, more, Path(folder), url)))
        except (DemoError, CannotPlant) as error:
            print(f"load: {error}", file=sys.stderr)
            status = 2
        except (KeyboardInterrupt, asyncio.CancelledError):
            status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
