"""The machine that it runs on and the state of the sources, without host names and paths."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from scenarios.performance.results import Machine
from scenarios.runner.bench_doors import postgres

_MEMORY = re.compile(r"^MemTotal:\s+(\d+) kB", re.MULTILINE)
_MODEL = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)
_UNKNOWN = "unknown"


def machine() -> Machine:
    """What cannot be found out is unknown, or 0."""
    model, memory = _MODEL.search(_text("/proc/cpuinfo")), _MEMORY.search(_text("/proc/meminfo"))
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        cpu=model[1].strip() if model else platform.machine(),
        memory_gb=round(int(memory[1]) / 2**20, 1) if memory else 0.0,
        kernel=f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        postgres=_postgres(),
    )


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@cache
def _postgres() -> str:
    """The version of the server that the benches start, which is asked for it."""
    try:
        with tempfile.TemporaryDirectory(prefix="performance-") as folder, postgres(Path(folder)) as (url, _):
            engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
            with engine.connect() as c:
                version = str(c.exec_driver_sql("SHOW server_version").scalar())
            engine.dispose()
            return version.split()[0]
    except ImportError:
        return _UNKNOWN


def commit(folder: Path) -> str:
    """The commit that is checked out, and whether something differs from it."""
    head = _git(folder, "rev-parse", "--short=10", "HEAD")
    if head is None:
        return _UNKNOWN
    # Figures and page change while they are measured, and the other documents decide nothing.
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return f"{head} with changes" if changed else head


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
