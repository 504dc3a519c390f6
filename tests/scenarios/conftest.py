"""The command `python -m scenarios`, in this process, on stories that a test writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from scenarios.runner.cli import cli


@dataclass(frozen=True)
class Ended:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture
def command() -> Callable[..., Ended]:
    """Run a command to its end. There is never a traceback."""

    def run(*words: str | Path) -> Ended:
        result = CliRunner().invoke(cli, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """A story file of this text."""

    def write_story(text: str | bytes) -> Path:
        path = tmp_path / "story.yaml"
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return path

    return write_story
