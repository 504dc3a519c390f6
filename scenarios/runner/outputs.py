"""The files that a run is asked for: looked at before anything is played, written at its end come what may."""

from __future__ import annotations

import errno
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from scenarios.runner import formats
from scenarios.runner.report.page import page
from scenarios.runner.turns import Played


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Where to write; None for what is not asked for."""

    junit: Path | None = None
    tap: Path | None = None
    history: Path | None = None
    html: Path | None = None
    calls: Path | None = None

    def unwritable(self) -> list[str]:
        """What is wrong with these paths, as far as that can be seen beforehand."""
        return [_told(path, code) for path in astuple(self) if path is not None and (code := _obstacle(path))]

    def write(self, played: Sequence[Played]) -> list[str]:
        """Write them all; returns what could not be written."""
        records = [one.record for one in played]
        texts: list[tuple[Path | None, Callable[[], str]]] = [
            (self.calls, lambda: json.dumps(sum((one.calls for one in played), Counter()), indent=2, sort_keys=True)),
            (self.html, lambda: page(records)),
            (self.junit, lambda: formats.junit(records)),
            (self.tap, lambda: formats.tap(records)),
            (self.history, lambda: "".join(f"{line}\n" for one in records for line in formats.history(one))),
        ]
        problems = (write(path, text()) for path, text in texts if path is not None)
        return [problem for problem in problems if problem]


def write(path: Path, text: str) -> str:
    """Write a file; returns why it cannot be written, or nothing."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return _told(path, error.errno or errno.EIO)
    return ""


def _obstacle(path: Path) -> int:
    if path.is_dir():
        return errno.EISDIR
    if not path.parent.is_dir():
        return errno.ENOTDIR if path.parent.exists() else errno.ENOENT
    return 0 if os.access(path if path.exists() else path.parent, os.W_OK) else errno.EACCES


def _told(path: Path, code: int) -> str:
    return f"{path} cannot be written ({os.strerror(code)}): give another path"
