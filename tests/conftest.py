"""Stages: the three programs on one loop, in virtual or in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import looptime
import pytest

from scenarios.runner.stage import Stage

Play = Callable[[Stage], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    """Run a story on a stage of its own: `play(story, erp={…}, shop={…}, virtual=True)`."""

    def run(story: Play, *, virtual: bool = True, seed: int = 1, **worlds: Any) -> None:
        async def main() -> None:
            stage = Stage(tmp_path, virtual=virtual, seed=seed)
            try:
                await stage.open(**worlds)
                await story(stage)
            finally:
                await stage.close()

        loop = looptime.new_event_loop() if virtual else asyncio.new_event_loop()
        try:
            loop.run_until_complete(main())
        finally:
            loop.close()

    return run


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Stage]]]:
    """Open stages in real time on the test's own loop; they are closed afterwards."""
    opened: list[Stage] = []

    async def start(**worlds: Any) -> Stage:
        stage = Stage(tmp_path, virtual=False)
        opened.append(stage)
        await stage.open(**worlds)
        return stage

    yield start
    for one in opened:
        await one.close()
