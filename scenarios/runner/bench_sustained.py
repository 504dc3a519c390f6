"""`make bench-sustained`: the highest constant rate at which the ERP's messages are answered within 100 ms, 99 of 100.

The three doors of bench_receive, each by itself: storing nothing, on SQLite, on PostgreSQL. Messages are sent by
intended time, so that one which waits for a connection counts with its wait. The rate is found by trying
(rate_search.py) and confirmed by a longer run. A run in which the sender was late itself, or used up its core, says
nothing of the server unless the limit was kept all the same; where such a run is what ended the search, the rate is a
floor: at least so many. Sender, server and database share the machine. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from scenarios.runner.bench_doors import KINDS, Door, checkpoint, opened, requests
from scenarios.runner.open_loop import percentile, send
from scenarios.runner.rate_search import Found, NothingKept, Probe, Search

_WARM = 2000
_PAUSE = 0.3


def _sustained(door: Door, limit_ms: float, seconds: float, confirm: float) -> Found:
    """Raises NothingKept."""

    def probe(rate: float, is_long: bool) -> Probe:
        time.sleep(_PAUSE)
        sent = send(door.port, requests(int(rate * (confirm if is_long else seconds))), rate)
        made = Probe(rate=rate, p99_ms=percentile(sent.waits, 0.99), own_ms=percentile(sent.own, 0.99), busy=sent.busy)
        shown = f"p99 {made.p99_ms:.0f} ms, sender's own {made.own_ms:.1f} ms, its core {made.busy:.0%}"
        print(f"{door.kind:9} {rate:6.0f} a second: {made.verdict(limit_ms)} ({shown})", flush=True)
        return made

    start = send(door.port, requests(_WARM), None).rate / 2
    return Search(probe, limit_ms).highest(start)


def _measure(folder: Path, limit_ms: float, seconds: float, confirm: float) -> dict[str, Any]:
    with opened(folder) as doors:
        checkpoint(doors.postgres)
        found = {kind: _sustained(doors.servers[kind], limit_ms, seconds, confirm) for kind in KINDS}
    for kind, one in found.items():
        floor = "at least " if one.is_floor else ""
        print(f"{kind:9} {floor}{one.rate:.0f} a second with p99 under {limit_ms:.0f} ms")
    nothing = found["nothing"].rate
    return {
        "sqlite_share": round(found["sqlite"].rate / nothing, 3),
        "postgres_share": round(found["postgres"].rate / nothing, 3),
        **{f"{kind}_rate": round(one.rate, 1) for kind, one in found.items()},
        **{f"{kind}_is_floor": one.is_floor for kind, one in found.items()},
        "unknown_probes": sum(one.unknown for one in found.values()),
        "limit_ms": limit_ms,
        "probe_s": seconds,
        "confirm_s": confirm,
    }


def main() -> None:
    """Print each run and what was found; the last line is JSON. Exit status 1 if no rate at all was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=100, help="milliseconds for the 99th percentile (default 100)")
    parser.add_argument("--seconds", type=float, default=3, help="of each probe (default 3)")
    parser.add_argument("--confirm", type=float, default=10, help="seconds of the longer run (default 10)")
    given = parser.parse_args()
    if min(given.limit, given.seconds, given.confirm) <= 0:
        parser.error("--limit, --seconds and --confirm must be above 0")
    with tempfile.TemporaryDirectory(prefix="bench-sustained-") as folder:
        try:
            figures = _measure(Path(folder), given.limit, given.seconds, given.confirm)
        except NothingKept as error:
            raise SystemExit(f"bench-sustained: {error}") from None
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
