"""`make profile`: where the connector's time goes when stock messages come in, and when they are worked off.

- *receive*: the door on SQLite (synchronous=FULL) as `make bench-receive` starts it, in a storm of messages.
- *drain*: `connector serve` on kept messages of several stores (see `scenarios.runner.backlog`): decisions,
  questions to the fake ERP, levels for the fake shop.

py-spy samples each process and writes a speedscope file (https://www.speedscope.app shows it); printed are the ten
functions with the largest share of their own, our ten with the largest share including what they call, and the shares
by package. With `--before TREE` nothing is sampled: the connector of that working tree and this one's take turns, and
CPU microseconds a message are compared. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import json
import os
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from connector.demo.errors import DemoError
from connector.vault import new_key
from scenarios.runner.backlog import Watch, Wish, backlog
from scenarios.runner.bench_doors import prepare, requests, started
from scenarios.runner.open_loop import send
from scenarios.runner.sampling import Hot, SamplingError, hottest, sampled

_SHOWN = 10
_WARM = 2_000
_PARTS = ("receive", "drain")
_HERE = Path(__file__).resolve().parents[2]

# CPU microseconds a message, of each round: of the other tree and of this one.
Pairs = list[tuple[float, float]]


def receive(watch: Watch, messages: int) -> float:
    """A storm at the door; CPU microseconds of its process for each message."""
    with tempfile.TemporaryDirectory(prefix="connector-profile-") as folder:
        url, key = f"sqlite:///{Path(folder) / 'connector.sqlite3'}", new_key()
        prepare(url, key)
        with started("sqlite", url, key) as server:
            send(server.port, requests(_WARM), None)
            storm = requests(messages)
            with watch(server.process.pid):
                before, _ = server.cpu()
                send(server.port, storm, None)
                return (server.cpu()[0] - before) / messages * 1e6


def receive_pairs(tree: Path, pairs: int, messages: int) -> Pairs:
    """The same for two servers that stay, in turn."""
    with tempfile.TemporaryDirectory(prefix="connector-profile-") as folder, contextlib.ExitStack() as stack:
        servers = []
        for name, environment in (("before", _with_connector_of(tree, Path(folder))), ("after", {})):
            url, key = f"sqlite:///{Path(folder) / name}.sqlite3", new_key()
            prepare(url, key)
            servers.append(stack.enter_context(started("sqlite", url, key, environment=environment)))
            send(servers[-1].port, requests(_WARM), None)
        storm, found = requests(messages), []
        for _ in range(pairs):
            used = []
            for server in servers:
                before, _ = server.cpu()
                send(server.port, storm, None)
                used.append((server.cpu()[0] - before) / messages * 1e6)
            found.append((used[0], used[1]))
    return found


def _with_connector_of(tree: Path, folder: Path) -> dict[str, str]:
    """What has `python -m` run this working tree's bench, which the other may lack, with the other's connector."""
    (folder / "connector").symlink_to(tree / "connector")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{_HERE}", "PYTHONSAFEPATH": "1"}


async def drain(watch: Watch, wish: Wish) -> float:
    """A backlog worked off; CPU microseconds of the connector's process for each message."""
    with tempfile.TemporaryDirectory(prefix="connector-profile-") as folder:
        async with backlog(Path(folder), wish) as kept:
            return await kept.drain(watch)


async def drain_pairs(tree: Path, pairs: int, wish: Wish) -> Pairs:
    """The same backlog worked off again and again, by the other tree's connector and by this one's in turn."""
    found = []
    with tempfile.TemporaryDirectory(prefix="connector-profile-") as folder:
        async with backlog(Path(folder), wish) as kept:
            for _ in range(pairs):
                before = await kept.drain(_nobody, tree)
                print(f"  {before:.0f} µs before, ", end="", flush=True)
                found.append((before, await kept.drain(_nobody)))
                print(f"{found[-1][1]:.0f} µs after", flush=True)
    return found


def _nobody(_: int) -> contextlib.AbstractContextManager[None]:
    """Watches nothing."""
    return contextlib.nullcontext()


def tell(part: str, file: Path, cpu: float) -> None:
    """Print what the samples say."""
    found = hottest(file)
    print(f"{part}: {cpu:.0f} µs of CPU a message while sampled; {file}")
    print("  own  with what it calls")
    for hot in found[:_SHOWN]:
        print(_line(hot))
    print("  of the connector, by what it calls")
    ours = sorted((hot for hot in found if hot.file.startswith("connector/")), key=lambda hot: -hot.cumulative)
    for hot in ours[:_SHOWN]:
        print(_line(hot))
    packages: Counter[str] = Counter()
    for hot in found:
        packages[hot.file.partition("/")[0]] += round(hot.own * 10_000)
    shares = ", ".join(f"{package} {share / 100:.0f} %" for package, share in packages.most_common(6))
    print(f"  by package: {shares}", flush=True)


def _line(hot: Hot) -> str:
    return f"  {hot.own:5.1%} {hot.cumulative:6.1%}  {hot.function} ({hot.file})"


def compare(part: str, pairs: Pairs) -> float:
    """Print before ÷ after; the median of the pairs."""
    ratios = sorted(before / after for before, after in pairs)
    median = statistics.median(ratios)
    cpu = " → ".join(f"{statistics.median(each):.0f}" for each in zip(*pairs, strict=True))
    spread = f"from {ratios[0]:.2f} to {ratios[-1]:.2f} in {len(ratios)} pairs"
    print(f"{part}: before ÷ after {median:.2f} ({spread}); medians {cpu} µs of CPU a message", flush=True)
    return round(median, 3)


def _run(given: argparse.Namespace) -> dict[str, float]:
    wish = Wish(stores=given.stores, products=given.products, messages=given.kept)
    figures: dict[str, float] = {}
    for part in (given.part,) if given.part else _PARTS:
        if given.before:
            receiving = part == "receive"
            pairs = (
                receive_pairs(given.before, given.pairs, given.messages)
                if receiving
                else asyncio.run(drain_pairs(given.before, given.pairs, wish))
            )
            figures[f"{part}_ratio"] = compare(part, pairs)
            continue
        file = given.folder / f"{part}.speedscope.json"
        file.unlink(missing_ok=True)
        watch = functools.partial(sampled, file=file)
        cpu = receive(watch, given.messages) if part == "receive" else asyncio.run(drain(watch, wish))
        tell(part, file, cpu)
        figures[f"{part}_us"] = round(cpu, 1)
    return figures


def main() -> None:
    """Print what was found; the last line is JSON. One line says what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=_PARTS, help="one of the two only (default both)")
    parser.add_argument("--folder", type=Path, default=Path("profiles"), help="for the files (default profiles)")
    parser.add_argument("--messages", type=int, default=20_000, help="of a storm (default 20,000)")
    parser.add_argument("--stores", type=int, default=5, help="with a backlog (default 5)")
    parser.add_argument("--products", type=int, default=100, help="of each store (default 100)")
    parser.add_argument("--kept", type=int, default=5_000, help="messages of the backlog (default 5,000)")
    parser.add_argument("--before", type=Path, metavar="TREE", help="compare with another working tree instead")
    parser.add_argument("--pairs", type=int, default=5, help="of the comparison (default 5)")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.before and not (given.before / "connector" / "app.py").exists():
        parser.error(f"{given.before} is no working tree of this project")
    given.before = given.before and given.before.resolve()
    try:
        figures = _run(given)
    except (SamplingError, DemoError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
