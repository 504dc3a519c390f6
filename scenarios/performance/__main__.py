"""`make performance`: measure subjects, keep their figures in docs/performance.json, write docs/PERFORMANCE.md.

A subject that fails keeps the figures that it had. Exit status 1 if one did, 2 for wrong use.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scenarios.performance import results
from scenarios.performance.children import BenchFailed
from scenarios.performance.measuring import measure
from scenarios.performance.page import SUBJECTS, render

_ROOT = Path(__file__).parents[2]
_RESULTS, _PAGE = "performance.json", "PERFORMANCE.md"
_PROFILE = Path(__file__).with_name("profile.md")


def _chosen(only: str | None) -> list[str]:
    """Raises ValueError naming what is no subject."""
    if only is None:
        return list(SUBJECTS)
    names = [name.strip() for name in only.split(",")]
    if unknown := [name for name in names if name not in SUBJECTS]:
        known = ", ".join(SUBJECTS)
        raise ValueError(f"--only {only}: {', '.join(map(repr, unknown))} is no subject; give some of {known}")
    return list(dict.fromkeys(names))


def _arguments() -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="performance", description=__doc__)
    parser.add_argument("--only", metavar="NAME,NAME…", help=f"these subjects: {', '.join(SUBJECTS)}")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each bench (its own number otherwise)")
    parser.add_argument("--quick", action="store_true", help="a trial in the short form, one round; the page says so")
    parser.add_argument(
        "--page", action="store_true", help="measure nothing, only write the page from the figures kept"
    )
    parser.add_argument("--folder", type=Path, default=_ROOT / "docs", help="of page and figures (default docs)")
    given = parser.parse_args()
    if given.page and (given.only or given.rounds or given.quick):
        parser.error("--page measures nothing: give it alone")
    if given.rounds is not None and given.rounds < 1:
        parser.error(f"--rounds {given.rounds}: give 1 or more")
    if not given.folder.is_dir():
        parser.error(f"--folder {given.folder}: there is no such folder")
    return parser, given


def main() -> None:
    """The entry point."""
    parser, given = _arguments()
    kept_in = given.folder / _RESULTS
    try:
        names = [] if given.page else _chosen(given.only)
        kept = results.read(kept_in)
    except (ValueError, results.Unreadable) as error:
        parser.error(str(error))
    failed = False
    for name in names:
        subject = SUBJECTS[name]
        rounds = given.rounds or (1 if given.quick else subject.rounds)
        try:
            kept[name] = measure(subject, rounds, given.quick, _ROOT, _say)
        except BenchFailed as error:
            failed = True
            _say(f"{name}: {error}; its earlier figures stay")
            continue
        # After each, so that a run that is broken off has not measured for nothing.
        results.write(kept_in, kept)
    profile = _PROFILE.read_text(encoding="utf-8") if _PROFILE.exists() else None
    (given.folder / _PAGE).write_text(render(kept, profile), encoding="utf-8")
    _say(f"written: {_PAGE}")
    raise SystemExit(1 if failed else 0)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
