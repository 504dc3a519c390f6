"""A story as it was read: title, seed, worlds and steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.runner import durations, refusals, source
from scenarios.runner.source import Problem
from scenarios.runner.story_schema import PLAN, PRODUCTS, SEED, SETTLE, VARIATIONS, WORDS
from scenarios.runner.vocabulary import ACTORS, DOERS, Given, Word


class Refused(Exception):
    """The file is no story; `problems` tells everything at once."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        super().__init__(f"{path}: {len(problems)} problem(s)")
        self.path = path
        self.problems = problems

    def lines(self) -> list[str]:
        """`file:line:column: what is wrong`, one a problem."""
        return [f"{self.path}:{one.place.line}:{one.place.column}: {one.text}" for one in self.problems]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done or looked at. `line` counts from 1; times are in seconds of the story's clock."""

    number: int
    line: int
    word: Word
    given: Given
    at: int | None = None
    after: int | None = None

    @property
    def waits(self) -> int:
        """The seconds that it lets pass whatever happens."""
        return (self.after or 0) + (durations.seconds(self.given["for"]) if self.word.actor == "clock" else 0)


@dataclass(frozen=True, kw_only=True)
class Story:
    """`erp` and `shop` are the settings of the two worlds, as the stage takes them."""

    path: Path
    title: str
    seed: int
    steps: tuple[Step, ...]
    settle: int
    needs_virtual: bool
    tags: tuple[str, ...]
    erp: dict[str, Any]
    shop: dict[str, Any]

    @property
    def does_something(self) -> bool:
        """Whether anybody acts, so that there is something to judge."""
        return any(step.word.actor in DOERS for step in self.steps)

    @property
    def told_wait(self) -> int:
        """The seconds that the story at least lasts by its own words."""
        return max(sum(step.waits for step in self.steps), *(step.at or 0 for step in self.steps), 0)


def read_story(path: Path) -> Story:
    """The story of a file. Raises Refused with everything that is wrong, OSError if it cannot be read."""
    read = source.read(path.read_bytes())
    if problems := refusals.problems(read):
        raise Refused(path, problems)
    value = read.value
    return Story(
        path=path,
        title=value["title"],
        seed=value.get("seed", SEED),
        steps=tuple(_step(read, number, step) for number, step in enumerate(value.get("steps") or [])),
        settle=durations.seconds(value.get("settle", SETTLE)),
        needs_virtual=value.get("needs") == "virtual",
        tags=tuple(value.get("tags", ())),
        erp=_account(value.get("worlds", {}).get("accounts", {})),
        shop=_platform(value.get("worlds", {}).get("shops", {})),
    )


def _step(read: source.Source, number: int, step: dict[str, Any]) -> Step:
    actor = next(key for key in step if key in ACTORS)
    times = {key: durations.seconds(step[key]) for key in ("at", "after") if key in step}
    return Step(
        number=number + 1,
        line=read.place(("steps", number)).line,
        word=WORDS.get(actor, step[actor]),
        given={key: value for key, value in step.items() if key not in (actor, "at", "after")},
        at=times.get("at"),
        after=times.get("after"),
    )


def _account(accounts: dict[str, Any]) -> dict[str, Any]:
    """The world of the fake ERP."""
    account: dict[str, Any] = next(iter(accounts.values()), {})
    return {
        "products": account.get("products", PRODUCTS),
        "plan": account.get("plan", PLAN),
        "variations_share": float(account.get("variations", VARIATIONS)),
    }


def _platform(shops: dict[str, Any]) -> dict[str, Any]:
    """The world of the fake Webstore."""
    return {"stores": [{"name": name} for name in shops] or [{}]}
