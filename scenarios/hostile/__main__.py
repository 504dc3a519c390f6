"""`make hostile`: generated hostile requests at both fakes over real HTTP, with a look at their state after each round.

Most are honest requests and forms, mangled; about one in ten is made by schemathesis of the OpenAPI
documents. An answer of 500 or above, a traceback, an error in a log, a script on a page or a state that does not hold
together is printed with the request that made it; `--fake erp --only ROUND` plays one round of the mangled ones alone.
The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from scenarios.hostile import erp, webstore
from scenarios.hostile.report import Report

_MOST_SHOWN = 20


def main() -> None:
    """Print what is wrong, then the counts; exit status 1 if anything is."""
    parser = argparse.ArgumentParser(
        prog="make hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000, help="at each fake (default 100000)")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--fake", choices=("erp", "webstore"), help="one of the two alone")
    parser.add_argument("--only", type=int, metavar="ROUND", help=f"of the ERP, one round of {erp.ROUND} alone")
    given = parser.parse_args()
    counted, wrong = {}, 0
    for fake in (given.fake,) if given.fake else ("erp", "webstore"):
        report = _at(fake, given)
        for line in report.wrong[:_MOST_SHOWN]:
            print(f"{fake}: {line[:3000]}", file=sys.stderr)
        counted[fake] = _counts(report)
        wrong += len(report.wrong) + (not report.requests)
    print(json.dumps(counted))
    raise SystemExit(1 if wrong else 0)


def _at(fake: str, given: argparse.Namespace) -> Report:
    report = Report()
    if given.only is None:
        # Imported here: it takes a second, which one round alone need not pay.
        from scenarios.hostile import by_schema

        play = by_schema.at_erp if fake == "erp" else by_schema.at_webstore
        report.add(play(given.requests // 10, given.seed))
    left = given.requests - report.requests
    mangled = erp.play(left, given.seed, given.only) if fake == "erp" else webstore.play(left, given.seed)
    report.add(asyncio.run(mangled))
    return report


def _counts(report: Report) -> dict[str, object]:
    counts: dict[str, object] = {
        "requests": report.requests,
        "wrong": len(report.wrong),
        "statuses": {str(status): count for status, count in sorted(report.statuses.items())},
    }
    if report.codes:
        counts["carried_out"] = report.codes.pop(None, 0)
        counts["refused"] = {str(code): count for code, count in sorted(report.codes.items())}
    return counts


if __name__ == "__main__":
    main()
