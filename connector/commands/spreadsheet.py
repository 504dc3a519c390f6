"""Tables as CSV files, which people open in spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from connector.commands.running import fail

# What a spreadsheet takes for the beginning of a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table in UTF-8, no cell of which is a formula; ends the command where the file cannot be written."""
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            writer.writerows([_harmless(cell) for cell in row] for row in rows)
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
