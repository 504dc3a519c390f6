"""Where a running process spends its time, by py-spy: samples into a speedscope file, and its hottest functions."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Samples a second. A prime-like number, so that nothing that comes round regularly is met each time or never.
_RATE = 199
# Seconds: longer than anybody samples, and the most that writing the file may take.
_LONGEST, _PATIENCE = 3600, 60

# Threads that wait: not every system shows py-spy that they do, and then they would be most of what it sees.
_WAITS = {
    ("_worker", "concurrent/futures/thread.py"),
    ("GroupCommit._work", "connector/store/runners.py"),
    # A bench's server, for the next question about its CPU seconds.
    ("_WorkItem.run", "concurrent/futures/thread.py"),
}
_NOT_ALLOWED = (
    "py-spy may not look into another process here: run it as root, allow it (sysctl kernel.yama.ptrace_scope=0), or "
    "start the container with --cap-add SYS_PTRACE"
)


class SamplingError(Exception):
    """There are no samples; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Hot:
    """A function's shares of all samples: its own, and with what it calls."""

    function: str
    file: str
    own: float
    cumulative: float


@contextmanager
def sampled(pid: int, file: Path) -> Iterator[None]:
    """Sample a process while the block lasts. Raises SamplingError."""
    program = Path(sys.executable).with_name("py-spy")
    if not program.exists():
        raise SamplingError("py-spy is not installed beside this Python: pip install 'webstore-erp-connector[load]'")
    options = ["--format", "speedscope", "--function", "--rate", str(_RATE), "--duration", str(_LONGEST)]
    spy = subprocess.Popen(
        [program, "record", "--pid", str(pid), *options, "--output", file],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _until_sampling(spy)
        yield
    finally:
        # Asked to stop, it writes its file.
        spy.send_signal(signal.SIGINT)
        try:
            spy.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            spy.kill()
            spy.communicate()
    if not file.exists():
        raise SamplingError("py-spy has written no samples: the process ended before, or there were none")


def _until_sampling(spy: subprocess.Popen[str]) -> None:
    """Raises SamplingError if it ends instead."""
    assert spy.stdout is not None
    said = ""
    for line in spy.stdout:
        if "Sampling process" in line:
            return
        said += line
    raise SamplingError(_NOT_ALLOWED if "ermission" in said or "ermitted" in said else f"py-spy: {said.strip()}")


def hottest(file: Path) -> list[Hot]:
    """All functions in the samples of threads that do something, the largest own share first. Raises SamplingError."""
    document = json.loads(file.read_text(encoding="utf-8"))
    names = [(frame["name"], _short(frame.get("file") or "")) for frame in document["shared"]["frames"]]
    own: Counter[tuple[str, str]] = Counter()
    cumulative: Counter[tuple[str, str]] = Counter()
    for thread in document["profiles"]:
        for stack in thread["samples"]:
            # Outermost first; each sample stands for the same time.
            functions = [names[place] for place in stack]
            if functions and functions[-1] not in _WAITS:
                own[functions[-1]] += 1
                cumulative.update(set(functions))
    if not own:
        raise SamplingError("py-spy saw nothing but threads that wait")
    total = own.total()
    found = [
        Hot(function=name, file=place, own=own[name, place] / total, cumulative=count / total)
        for (name, place), count in cumulative.items()
    ]
    return sorted(found, key=lambda hot: (-hot.own, -hot.cumulative, hot.function))


def _short(file: str) -> str:
    """From the package on, or the last three parts."""
    parts = Path(file).parts
    for folder in ("site-packages", "python3.11", "python3.12", "python3.13"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + 1 :])
    for package in ("connector", "scenarios"):
        if package in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(package) :])
    return "/".join(parts[-3:])
