"""Benches as processes: each prints what it likes and its figures as JSON on the last line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_PATIENCE = 1800.0


class BenchFailed(Exception):
    """A bench ended badly or printed no figures."""


def run(module: str, arguments: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """The figures that `python -m module` prints last; started in `folder`. Raises BenchFailed."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        shown, _ = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise BenchFailed(f"{module} had not ended after {_PATIENCE:.0f} s") from None
    finally:
        # Asked, so that it ends what it has started itself.
        if process.poll() is None:
            process.terminate()
            process.wait()
    lines = shown.strip().splitlines()
    if process.returncode:
        said = f": {lines[-1]}" if lines else ""
        raise BenchFailed(f"{module} ended with status {process.returncode}{said}")
    try:
        figures = json.loads(lines[-1])
    except (IndexError, ValueError):
        raise BenchFailed(f"{module} printed no figures on its last line") from None
    if not isinstance(figures, dict):
        raise BenchFailed(f"{module} printed no figures on its last line")
    return figures
