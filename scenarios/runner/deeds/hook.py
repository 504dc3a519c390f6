"""What the words of stories cannot say: a function of the story's author."""

from __future__ import annotations

import importlib.util
import inspect
import traceback
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from connector.demo.errors import DemoError
from scenarios.runner.scene import Scene
from scenarios.runner.vocabulary import TEXT, CannotPlay, Given, StepFailed, Vocabulary

DEEDS = Vocabulary()


@DEEDS.deed(
    "hook",
    "calls",
    required=("function",),
    function={
        **TEXT,
        "pattern": r"^[^:]+\.py:[A-Za-z_][A-Za-z0-9_]*$",
        "description": "file.py:name of a function in a file beside the story",
    },
    with_={
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
        "description": "what the function is given as keyword arguments",
    },
)
async def call(scene: Scene, given: Given) -> str:
    """Calls `async def name(scene, **with)` of a Python file; AssertionError fails the story."""
    file, _, name = str(given["function"]).rpartition(":")
    path = scene.theatre.folder_of_story / file
    function = _function(path, name)
    try:
        told = await function(scene, **given.get("with", {}))
    except AssertionError as error:
        raise StepFailed(str(error) or "its assertion does not hold") from None
    except (CannotPlay, StepFailed, DemoError, ClientError, TimeoutError):
        # What the programs do to it is judged as in every step.
        raise
    except Exception as error:  # whatever the author's function does wrong, the story says it
        raise CannotPlay(f"{file}{_line(path, error)}: {type(error).__name__}: {error}") from None
    return str(told) if told is not None else name


def _line(path: Path, error: Exception) -> str:
    """`:LINE` of the author's file, the innermost; nothing where the call itself does not fit the function."""
    path = path.resolve()
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).resolve() == path
    ]
    return f":{lines[-1]}" if lines else ""


def _function(path: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"hook_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CannotPlay(f"there is no file {path.name} beside the story")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the author's file does wrong, the story says it
        raise CannotPlay(f"{path.name} cannot be read: {type(error).__name__}: {error}") from None
    function = getattr(module, name, None)
    if not inspect.iscoroutinefunction(function):
        raise CannotPlay(f"{path.name} has no `async def {name}(scene)`")
    return function
