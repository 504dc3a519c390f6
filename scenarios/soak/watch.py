"""What is read of the processes, the database and the connector's metrics at one moment."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from connector.store.tables import claim, feed, inbox, metadata

_TICKS = os.sysconf("SC_CLK_TCK")
# Settled rows by age: the table, which rows, and the column that says how old each is.
_AGES = {
    "inbox": (inbox.c.received_at, inbox.c.dealt_with),
    "feed": (feed.c.read_at, feed.c.dealt_with),
    "claim": (claim.c.received_at, sa.true()),
}

Figures = dict[str, float]


def process(pid: int) -> Figures:
    """Megabytes of memory (resident, anonymous, proportional), open handles, threads, seconds of CPU; {} if it is gone.

    `anon_mb` is what it has asked for itself: files that are mapped, such as libraries and the database's index, come
    and go with the machine's other work.
    """
    folder = Path(f"/proc/{pid}")
    try:
        status = _kilobytes(folder / "status")
        shares = _kilobytes(folder / "smaps_rollup")
        fields = (folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        handles = len(list((folder / "fd").iterdir()))
    except (OSError, IndexError):
        return {}
    return {
        "rss_mb": round(status["VmRSS"] / 1024, 2),
        "anon_mb": round(status["RssAnon"] / 1024, 2),
        "pss_mb": round(shares.get("Pss", 0) / 1024, 2),
        "handles": handles,
        "threads": status["Threads"],
        "cpu_s": (int(fields[11]) + int(fields[12])) / _TICKS,
    }


def _kilobytes(file: Path) -> dict[str, int]:
    """The lines `Name: 123 kB` of a file of /proc."""
    found = {}
    for line in file.read_text(encoding="ascii", errors="replace").splitlines():
        name, _, rest = line.partition(":")
        first = rest.split()[:1]
        if first and first[0].isdigit():
            found[name] = int(first[0])
    return found


def database(engine: sa.Engine, now: datetime) -> dict[str, Any]:
    """Megabytes of the files, and of the pages in use and free where that is known; the age of the oldest settled
    message of each kind in hours; rows of every table.
    """
    with engine.connect() as c:
        is_file = engine.dialect.name == "sqlite"
        sizes = (
            _file_sizes(c, engine)
            if is_file
            else {"file_mb": _megabytes(c, "SELECT pg_database_size(current_database())")}
        )
        rows = {
            name: c.scalar(sa.select(sa.func.count()).select_from(table)) for name, table in metadata.tables.items()
        }
        ages = {name: _age(c, moment, which, now) for name, (moment, which) in _AGES.items()}
        c.rollback()
    return {**sizes, "rows": rows, "oldest_hours": ages}


def _file_sizes(c: sa.Connection, engine: sa.Engine) -> Figures:
    assert engine.url.database is not None
    file = Path(engine.url.database)
    page, pages, free = (
        int(c.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("page_size", "page_count", "freelist_count")
    )
    log = file.with_name(file.name + "-wal")
    return {
        "file_mb": round(file.stat().st_size / 2**20, 3),
        "log_mb": round(log.stat().st_size / 2**20, 3) if log.exists() else 0.0,
        "used_mb": round((pages - free) * page / 2**20, 3),
        "free_mb": round(free * page / 2**20, 3),
    }


def _megabytes(c: sa.Connection, query: str) -> float:
    return round(float(c.exec_driver_sql(query).scalar_one()) / 2**20, 3)


def _age(c: sa.Connection, moment: sa.Column[datetime], which: sa.ColumnElement[bool], now: datetime) -> float | None:
    """Of all but the last row, which always stays."""
    newest = sa.select(sa.func.max(moment.table.c.id)).scalar_subquery()
    oldest = c.scalar(sa.select(sa.func.min(moment)).where(which, moment.table.c.id < newest))
    return None if oldest is None else round((now - oldest).total_seconds() / 3600, 3)


def metrics(text: str) -> dict[str, Any]:
    """Of the connector's `/metrics`: what is left to do by state, for how long the oldest of it waits, calls of the
    ERP today, and how many series there are.
    """
    left: dict[str, int] = {}
    seconds, calls, series = 0.0, 0, 0
    for family in text_string_to_metric_families(text):
        series += len(family.samples)
        for sample in family.samples:
            if sample.name == "connector_backlog":
                left[sample.labels["state"]] = left.get(sample.labels["state"], 0) + int(sample.value)
            elif sample.name == "connector_backlog_seconds":
                seconds = sample.value
            elif sample.name == "connector_erp_calls_today":
                calls += int(sample.value)
    return {"left": left, "oldest_s": round(seconds, 1), "calls_today": calls, "series": series}
