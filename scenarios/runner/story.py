"""A story as it was read: title, seed, worlds and steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.runner import durations, refusals, weaving
from scenarios.runner.source import Problem, Source
from scenarios.runner.story_schema import PLAN, PRODUCTS, SEED, SETTLE, VARIATIONS, WORDS
from scenarios.runner.vocabulary import ACTORS, DOERS, Given, Word
from scenarios.runner.weaving import Woven

NOBODY_ACTS = "nobody does anything in it: add steps of merchant, shopper or operator"


class Refused(Exception):
    """The file is no story; `problems` tells everything at once."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        super().__init__(f"{path}: {len(problems)} problem(s)")
        self.path = path
        self.problems = problems

    def lines(self) -> list[str]:
        """`file:line:column: what is wrong`, one a problem."""
        return [
            f"{one.place.file or self.path}:{one.place.line}:{one.place.column}: {one.text}" for one in self.problems
        ]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done or looked at. `line` is where it stands; times are in seconds of the story's clock."""

    number: int
    line: str
    word: Word
    given: Given
    shop: str | None = None
    account: str | None = None
    at: int | None = None
    after: int | None = None
    # Of a series, which goes on beside the steps that follow.
    every: int | None = None
    times: int = 1

    @property
    def waits(self) -> int:
        """The seconds that it lets pass whatever happens."""
        return (self.after or 0) + (durations.seconds(self.given["for"]) if self.word.actor == "clock" else 0)

    @property
    def lasts(self) -> int:
        """The seconds from its first act to its last."""
        return (self.every or 0) * (self.times - 1)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The account that its token opens, and the settings of the shop as its platform takes them."""

    account: str
    store: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Story:
    """`accounts` are the settings of the ERP's worlds, `shops` those of the platform, by name."""

    path: Path
    # Among the stories that its file makes.
    place: int
    title: str
    seed: int
    steps: tuple[Step, ...]
    settle: int
    needs_virtual: bool
    tags: tuple[str, ...]
    accounts: dict[str, dict[str, Any]]
    shops: dict[str, Shop]
    # Where it says something of its worlds; empty if it does not.
    worlds_line: str = ""

    @property
    def does_something(self) -> bool:
        """Whether anybody acts, so that there is something to judge."""
        return any(step.word.actor in DOERS for step in self.steps)

    @property
    def told_wait(self) -> int:
        """The seconds that the story at least lasts by its own words."""
        told = (sum(step.waits for step in self.steps), *(step.at or 0 for step in self.steps))
        return max(*told, *(step.lasts for step in self.steps), 0)


def read_stories(path: Path, folder: Path | None = None) -> list[Story]:
    """The stories of a file. Raises Refused with everything that is wrong, OSError if it cannot be read.

    `folder` is where its functions are, the file's own if not given.
    """
    woven = weaving.weave(path)
    if problems := sorted(
        {problem for one in woven for problem in refusals.problems(one.source, folder or path.parent)}
    ):
        raise Refused(path, problems)
    return [_story(path, place, one) for place, one in enumerate(woven)]


def _story(path: Path, place: int, woven: Woven) -> Story:
    read, value = woven.source, woven.source.value
    worlds = value.get("worlds", {})
    return Story(
        path=path,
        place=place,
        title=value["title"] + (f" [{woven.told}]" if woven.chosen else ""),
        seed=value.get("seed", SEED),
        steps=tuple(_step(read, number, step) for number, step in enumerate(value.get("steps") or [])),
        settle=durations.seconds(value.get("settle", SETTLE)),
        needs_virtual=value.get("needs") == "virtual",
        tags=tuple(value.get("tags", ())),
        accounts=_accounts(worlds.get("accounts", {})),
        shops=_shops(worlds.get("shops", {}), worlds.get("accounts", {})),
        worlds_line=weaving.line_of(read.key_place(("worlds",))) if worlds else "",
    )


def _step(read: Source, number: int, step: dict[str, Any]) -> Step:
    actor = next(key for key in step if key in ACTORS)
    times = {key: durations.seconds(step[key]) for key in ("at", "after", "every") if key in step}
    own = {actor, "at", "after", "every", "times", "shop", "account"}
    return Step(
        number=number + 1,
        line=weaving.line_of(read.place(("steps", number))),
        word=WORDS.get(actor, step[actor]),
        given={key: value for key, value in step.items() if key not in own},
        shop=step.get("shop"),
        account=step.get("account"),
        times=step.get("times", 1),
        **times,
    )


def _accounts(accounts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The worlds of the fake ERP; one without a word about it if there is none."""
    return {name: _account(account) for name, account in (accounts or {"matriz": {}}).items()}


def _account(account: dict[str, Any]) -> dict[str, Any]:
    renamed = {"variations": "variations_share"}
    given = {"products": PRODUCTS, "plan": PLAN, "variations": VARIATIONS, **account}
    return {renamed.get(name, name): float(value) if name == "variations" else value for name, value in given.items()}


def _shops(shops: dict[str, Any], accounts: dict[str, Any]) -> dict[str, Shop]:
    """The shops of the platform; one of the first account if there is none."""
    first = next(iter(accounts), "matriz")
    return {
        name: Shop(account=shop.get("account", first), store={"name": name})
        for name, shop in (shops or {"loja": {}}).items()
    }
