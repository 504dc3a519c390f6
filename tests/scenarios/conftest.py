"""The command `python -m scenarios`, in this process, on stories that a test writes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from scenarios.runner.cli import cli
from scenarios.runner.stage import Stage


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


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Programs that run in a thread of their own, the shop connected."""
    with asyncio.Runner() as runner:
        stage = Stage(tmp_path_factory.mktemp("stage"), virtual=False)
        runner.run(_open(stage))
        loop = runner.get_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        yield stage
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        runner.run(stage.close())


async def _open(stage: Stage) -> None:
    await stage.open(erp={"products": 1, "variations_share": 0.0})
    await stage.connect()
    await stage.until_pulled()


@pytest.fixture
def target(stage: Stage) -> str:
    """The addresses of the two control doors."""
    return f"{stage.erp_door_url}/__fake__/worlds,{stage.shop_door_url}"
