"""`make bench-receive`: what it costs the door to keep the ERP's messages, on SQLite and on PostgreSQL.

Three servers, each a process of its own (bench_doors.py): the connector's site with the storing taken out, the same
site on SQLite and on PostgreSQL. A client in this process sends prepared bytes over kept connections, by intended time:
a message whose time has come waits for a free connection, and its wait counts (open_loop.py).

- *storm*: everything is due at once. CPU seconds per message of the server, with those of PostgreSQL's processes;
  ratios are those of the server that stores nothing to the others, medians of paired rounds.
- *steady*: half of the rate that the slower of the durable ones reached in the storm; the 99th percentile from the
  intended time, and the same CPU.

In a storm who stores has it easier than who does not: what one commit keeps is answered together, so that the sender,
which sleeps while nothing comes, is woken less often. How often it was is told beside the CPU.

Then the time is told by parts. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.runner.bench_doors import KINDS, Door, checkpoint, family_cpu, kept, opened, requests
from scenarios.runner.bench_receive_parts import tell_parts
from scenarios.runner.open_loop import percentile, send


@dataclass
class _Storm:
    """Of one server: CPU microseconds a message (with the database's, and the database's), the rate, and how often the
    sender slept for each message, by round.
    """

    cpu: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)


def _storms(servers: dict[str, Door], rounds: int, count: int) -> dict[str, _Storm]:
    found = {kind: _Storm() for kind in servers}
    for server in servers.values():
        send(server.port, requests(2000), None)
    for place in range(rounds):
        messages = requests(count, place * count)
        for kind, server in servers.items():
            before = server.cpu()
            sent = send(server.port, messages, None)
            own, database = _spent(before, server.cpu(), count)
            found[kind].cpu.append(own + database)
            found[kind].database.append(database)
            found[kind].rates.append(sent.rate)
            found[kind].sleeps.append(sent.sleeps)
    return found


def _spent(before: tuple[float, float], after: tuple[float, float], count: int) -> tuple[float, float]:
    """CPU microseconds a message."""
    return (after[0] - before[0]) / count * 1e6, (after[1] - before[1]) / count * 1e6


def _ratio(storms: dict[str, _Storm], kind: str) -> float:
    pairs = zip(storms["nothing"].cpu, storms[kind].cpu, strict=True)
    return statistics.median(nothing / durable for nothing, durable in pairs)


def _steady(server: Door, rate: float, seconds: float) -> tuple[float, float]:
    """The 99th percentile in milliseconds and the CPU microseconds a message, also printed with their surroundings."""
    count = int(rate * seconds)
    before = server.cpu()
    sent = send(server.port, requests(count), rate)
    cpu = sum(_spent(before, server.cpu(), count))
    shown = ", ".join(f"{name} {percentile(sent.waits, share):.1f}" for name, share in (("p50", 0.5), ("p99", 0.99)))
    print(
        f"{server.kind:9} steady  {sent.rate:6.0f} a second: {shown} ms, worst {max(sent.waits) * 1000:.0f}; "
        f"CPU {cpu:.0f} µs"
    )
    return percentile(sent.waits, 0.99), cpu


def _measure(folder: Path, rounds: int, count: int, seconds: float) -> dict[str, float]:
    with opened(folder) as doors:
        storms = _storms(doors.servers, rounds, count)
        for kind, storm in storms.items():
            cpu, reached = statistics.median(storm.cpu), statistics.median(storm.rates)
            parts = f"{cpu:.0f} µs a message (the database's processes {statistics.median(storm.database):.0f})"
            woken = f"the sender woken {statistics.median(storm.sleeps):.2f} times a message"
            print(f"{kind:9} storm   {reached:6.0f} a second: CPU {parts}, ratio {_ratio(storms, kind):.3f}; {woken}")
        checkpoint(doors.postgres)
        half = min(statistics.median(storms[kind].rates) for kind in ("sqlite", "postgres")) / 2
        steady = {kind: _steady(server, half, seconds) for kind, server in doors.servers.items()}
        for url in (doors.sqlite, doors.postgres):
            least = 2000 + rounds * count
            assert kept(url) >= least, f"{kept(url)} messages kept of at least {least} that were answered"
        whole = statistics.median(storms["nothing"].cpu)
        tell_parts(doors.sqlite, doors.postgres, lambda: family_cpu(doors.database_pid), whole)
    return {
        "sqlite_ratio": round(_ratio(storms, "sqlite"), 3),
        "postgres_ratio": round(_ratio(storms, "postgres"), 3),
        "p99_ms": round(max(steady["sqlite"][0], steady["postgres"][0]), 1),
        **{f"{kind}_steady_us": round(cpu, 1) for kind, (_, cpu) in steady.items()},
        **{f"{kind}_us": round(statistics.median(storms[kind].cpu), 1) for kind in KINDS},
        **{f"{kind}_rate": round(statistics.median(storms[kind].rates), 1) for kind in KINDS},
        **{f"{kind}_wakings": round(statistics.median(storms[kind].sleeps), 3) for kind in KINDS},
    }


def main() -> None:
    """Print what was reached; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds (default 5)")
    parser.add_argument("--messages", type=int, default=20_000, help="messages in a round (default 20,000)")
    parser.add_argument("--seconds", type=float, default=10, help="of each steady run (default 10)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-receive-") as folder:
        figures = _measure(Path(folder), given.rounds, given.messages, given.seconds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
