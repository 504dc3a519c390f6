"""SQLite engines that share what they have compiled: stories and tests open a new database every half second.

To compile the statements anew for each of them takes a tenth of a short story. A process that has one database all its
life gains nothing by it and does not use it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

# Statements by dialect and shape; a program has some hundreds.
_compiled: dict[Any, Any] = {}


class AlikeDialect(SQLiteDialect_pysqlite):
    """Equal to every other of its kind: a compiled statement is kept under its dialect."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is AlikeDialect

    def __hash__(self) -> int:
        return hash(AlikeDialect)


sa.dialects.registry.register("sqlite.alike", __name__, "AlikeDialect")

DRIVER = "sqlite+alike"
OPTIONS = {"compiled_cache": _compiled}
