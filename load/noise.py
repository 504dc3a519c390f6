"""`python -m load.noise`: what a noisy account does to the freshness of the others.

The same load of the others twice, each time on a target of its own: with the first account as calm as they are, and
with so many times as many messages. Ends with 1 if another account's 99th percentile of freshness is moved by more
than the bound, 3 if one of the runs was unknown or failed, or shows no freshness of an account.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUIET, NOISY = "quiet", "noisy"
_NOT_COMPARED = 3


class NotCompared(Exception):
    """A figure that is to be compared is not there; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One account's 99th percentile of freshness, in seconds of the clock, without and with the noise."""

    name: str
    quiet: float
    noisy: float

    @property
    def by(self) -> float:
        """A share; negative where it was fresher beside the noise."""
        return self.noisy / self.quiet - 1 if self.quiet else float("inf") if self.noisy else 0.0


def compare(quiet: dict[str, Any], noisy: dict[str, Any]) -> list[Moved]:
    """Every account but the first, by the outcomes of both runs. Raises NotCompared."""
    found = []
    for calm, beside in list(zip(quiet["accounts"], noisy["accounts"], strict=True))[1:]:
        ages = calm["freshness_p99_s"], beside["freshness_p99_s"]
        if None in ages:
            raise NotCompared(
                f"{calm['name']} has no freshness in {'both runs' if ages == (None, None) else 'one run'}"
            )
        found.append(Moved(name=calm["name"], quiet=ages[0], noisy=ages[1]))
    return found


def loads(rate: float, accounts: int, times: float) -> dict[str, list[str]]:
    """The options of both runs: of each account `rate` messages a second, of the first one so many times that.

    The messages of the others are the same in both, down to their times and products.
    """
    quiet = ["--shape", f"poisson:{rate * accounts:g}"]
    return {QUIET: [*quiet, "--noise", "0"], NOISY: [*quiet, "--noise", f"{rate * (times - 1):g}"]}


def _play(given: argparse.Namespace, name: str, options: list[str]) -> dict[str, Any] | None:
    folder = given.folder / name
    command = [sys.executable, "-m", "load", "--folder", str(folder), "--accounts", str(given.accounts)]
    command += ["--catalogue", str(given.catalogue), "--rate", str(given.clock), "--seconds", str(given.seconds)]
    # A message that is overtaken is late by the mix, which would hide what the noise does.
    command += ["--orders", "0", "--situations", "0", "--overtaken", "0", "--seed", str(given.seed), *options]
    # The noisy account is as late as its quota makes it.
    command += ["--drain-within", "20000", "--budget", "freshness_p99_s=off", "--budget", "drain_s=off"]
    if subprocess.run(command, check=False).returncode != 0:
        return None
    outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    return outcome


def main() -> None:
    """Play both, compare, print a line for each account and one of JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m load.noise", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, default=4)
    parser.add_argument("--catalogue", type=int, default=300, help="products of each account (300)")
    parser.add_argument("--each", type=float, default=4.0, help="messages a second of each account (4)")
    parser.add_argument("--times", type=float, default=15.0, help="so many times as many of the first one (15)")
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--clock", type=float, default=8.0, help="seconds of the clock in one of the wall (8)")
    parser.add_argument("--most", type=float, default=0.10, help="share by which freshness may be moved (0.10)")
    parser.add_argument(
        "--folder", type=Path, default=Path("load-report"), help=f"where {QUIET}/ and {NOISY}/ go (load-report)"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.accounts < 2:
        parser.error("--accounts must be 2 or more: somebody must hear the noise")
    found = {
        name: _play(given, name, options) for name, options in loads(given.each, given.accounts, given.times).items()
    }
    if (quiet := found[QUIET]) is None or (noisy := found[NOISY]) is None:
        print("Not compared: one of the runs did not pass; see above.", file=sys.stderr)
        sys.exit(_NOT_COMPARED)
    try:
        moved = compare(quiet, noisy)
    except NotCompared as problem:
        print(f"Not compared: {problem}.", file=sys.stderr)
        sys.exit(_NOT_COMPARED)
    for one in moved:
        print(f"{one.name}: p99 of freshness {one.quiet:.1f} s, beside the noise {one.noisy:.1f} s ({one.by:+.1%})")
    print(json.dumps({"moved": {one.name: round(one.by, 4) for one in moved}, "most": given.most}))
    sys.exit(1 if any(one.by > given.most for one in moved) else 0)


if __name__ == "__main__":
    main()
