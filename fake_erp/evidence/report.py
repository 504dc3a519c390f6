"""The ledger as a table for a terminal and as a page of the docs. Columns stand apart: they are never summed."""

from __future__ import annotations

import re
from pathlib import Path

from fake_erp.evidence.replay import Row, documented

DIFFERENCES = Path(__file__).parent.parent / "DIFFERENCES.md"

_HEAD = ("service", "source", "documented", "recorded", "negative", "scenario", "guesses")


def count_guesses(rows: list[Row]) -> None:
    """How many lines of DIFFERENCES.md speak of a service: of its name or of one of its topics."""
    lines = [line.casefold() for line in DIFFERENCES.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    entries = documented()["services"]
    for row in rows:
        topics = [row.service.removesuffix(".php"), *entries.get(row.service, {}).get("topics", ())]
        pattern = re.compile("|".join(re.escape(topic.casefold()) for topic in topics))
        row.guesses = sum(pattern.search(line) is not None for line in lines)


def table(rows: list[Row]) -> str:
    """Plain text, a line for each service, with what differs below it."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    lines = []
    for line, row in zip(cells, [None, *rows], strict=True):
        lines.append("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
        if row is not None:
            lines += [f"    {text}" for text in (*row.documented, *row.recorded_wrong, *row.refused_wrong)]
    return "\n".join(lines)


def page(rows: list[Row]) -> str:
    """The page of the docs, in Markdown."""
    body = [f"| {' | '.join(_cells(row))} |" for row in rows]
    return "\n".join(
        [
            "# Evidence of the fake ERP",
            "",
            "Written by `make ledger`; do not edit. Per service, never summed: whether the documented example was",
            "replayed (and the section it is from), how many recorded exchanges were (cassettes that we wrote from",
            "the contract's structures), how many refusals were provoked, how often the stories in `scenarios/` call",
            "it, and how many lines of `fake_erp/DIFFERENCES.md` speak of it. Compared are fields and their kinds,",
            "not values.",
            "",
            f"| {' | '.join(_HEAD)} |",
            f"|{'---|' * len(_HEAD)}",
            *body,
            "",
        ]
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.service,
        row.source,
        "ok" if not row.documented else "RED",
        "-" if not row.recorded else f"{row.recorded} ok" if not row.recorded_wrong else "RED",
        f"{row.refused} ok" if row.refused and not row.refused_wrong else "RED",
        "?" if row.driven is None else str(row.driven),
        str(row.guesses),
    )
