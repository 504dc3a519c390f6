"""An ERP and a shop that somebody else has started, given by the addresses of their control doors.

Nothing is started or stopped here, no world is made, and the connector between the two may be anybody's: it is met only
through what it does to them. What a story asks for beyond that is left out, and told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import ClientError, ClientSession

from connector.demo.doors import Door
from connector.demo.errors import DemoError
from scenarios.harness.clock import Clock, ScaledClock
from scenarios.runner import source
from scenarios.runner.against_api import ApiTarget, named_in
from scenarios.runner.story import Step, Story
from scenarios.runner.target import NOT_OURS, TIMEOUT, TOLD_BY_CONNECTOR, SomebodyElses, TargetError, require_address

_WORLDS = "/__fake__/worlds"
_PATIENCE = 0.25


@dataclass(frozen=True, kw_only=True)
class DoorTarget:
    """`given` is how it was named; `accounts` are worlds of the ERP's door, `platform` is the world of the shop's.

    `shops` is how many the platform has, `rate` how many seconds of the target's clock pass in one of ours.
    """

    given: str
    is_owned: bool
    erp_door: str
    shop_door: str
    accounts: tuple[str, ...]
    platform: str
    shops: int
    rate: float
    has_doors = True

    @property
    def worlds_told(self) -> str:
        """What there is, in words."""
        return f"{', '.join(self.accounts)} with {self.shops} shop{'s' if self.shops > 1 else ''}"

    def why_not(self, step: Step) -> str | None:
        """Why a step cannot be played against it; None if it can."""
        return NOT_OURS if step.word.actor == "connector" else None

    def why_not_judged(self, invariant: str) -> str | None:
        """Why an invariant cannot be looked at; None if the doors show it."""
        return TOLD_BY_CONNECTOR.get(invariant)

    def theatre(self, story: Story) -> GivenTheatre:
        return GivenTheatre(story, self)

    def require(self, story: Story) -> None:
        """Raises TargetError if the story has more accounts or shops than the target."""
        for what, wanted, there in (
            ("ERP accounts", len(story.accounts), len(self.accounts)),
            ("shops", len(story.shops), self.shops),
        ):
            if wanted > there:
                raise TargetError(f"the story has {wanted} {what}, the target {there}: make another one there")


def find(given: str, *, is_owned: bool) -> DoorTarget | ApiTarget:
    """What is there at `ERP'S DOOR,SHOP'S DOOR`, or is named in a file. Raises TargetError."""
    if Path(given).suffix in (".yaml", ".yml"):
        return _of_file(given, is_owned)
    addresses = [address.strip().removesuffix("/").removesuffix(_WORLDS) for address in given.split(",")]
    if len(addresses) != 2:
        raise TargetError(
            "--against takes the file of a target, or two addresses: the ERP's control door and the shop's, such as "
            "http://127.0.0.1:8011,http://127.0.0.1:8021"
        )
    for address in addresses:
        require_address(address, is_owned=is_owned)
    return asyncio.run(_look(given, is_owned, *addresses))


def _of_file(path: str, is_owned: bool) -> ApiTarget:
    try:
        read = source.read(Path(path).read_bytes())
    except OSError as error:
        raise TargetError(f"{path}: cannot be read ({error.strerror}): give the path of a target's file") from None
    if read.problems:
        lines = (f"{path}:{one.place.line}:{one.place.column}: {one.text}" for one in sorted(read.problems))
        raise TargetError("\n".join(lines))
    return named_in(path, read.value, is_owned=is_owned)


async def _look(given: str, is_owned: bool, erp_door: str, shop_door: str) -> DoorTarget:
    async with ClientSession(timeout=TIMEOUT) as http:
        accounts = await _worlds(http, erp_door, "ERP account")
        platform, *others = await _worlds(http, shop_door, "platform")
        try:
            account = await Door(http, erp_door, accounts[0]).get("")
            there = await Door(http, shop_door, platform).get("")
            clock = await Door(http, erp_door, accounts[0]).get("/clock")
        except (DemoError, ClientError, TimeoutError) as error:
            raise TargetError(f"the target does not answer as a control door does: {error}") from None
    # Only a platform has stores.
    for door, whose, is_wrong in ((erp_door, "shop", "stores" in account), (shop_door, "ERP", "stores" not in there)):
        if is_wrong:
            raise TargetError(f"{door} is the {whose}'s door: give the ERP's first, then the shop's")
    if others:
        raise TargetError(f"{shop_door} has {1 + len(others)} platforms: which one is meant cannot be told")
    return DoorTarget(
        given=given,
        is_owned=is_owned,
        erp_door=erp_door,
        shop_door=shop_door,
        accounts=tuple(accounts),
        platform=platform,
        shops=len(there["stores"]),
        rate=clock["rate"],
    )


async def _worlds(http: ClientSession, door: str, what: str) -> list[str]:
    try:
        async with http.get(f"{door}{_WORLDS}") as answer:
            if answer.status != 200:
                raise TargetError(f"{door} has no control door (HTTP {answer.status}): give the door's address")
            names = [str(world["name"]) for world in await answer.json()]
    except (ClientError, TimeoutError, ValueError, TypeError, KeyError) as error:
        raise TargetError(f"{door} does not answer as a control door ({type(error).__name__}): is it up?") from None
    if not names:
        raise TargetError(f"{door} has no {what} yet: make one there first")
    return names


class GivenTheatre:
    """The target, as the people of a story and its judge reach it."""

    connector_url: str | None = None
    folder: Path | None = None

    def __init__(self, story: Story, target: DoorTarget) -> None:
        self._story, self._target = story, target
        self.connector = SomebodyElses()
        self.patience = _PATIENCE * target.rate
        self.takeover = 0.0
        self.folder_of_story = story.path.parent
        self.erp_door_url = target.erp_door

    async def open(self) -> None:
        """Only find it. The story's accounts are the target's of the same name, the others in their order."""
        target = self._target
        self.http = ClientSession(timeout=TIMEOUT)
        self.erps = {name: Door(self.http, target.erp_door, world) for name, world in self._worlds()}
        self.shop = Door(self.http, target.shop_door, target.platform)
        clock = await next(iter(self.erps.values())).get("/clock")
        self.clock: Clock = ScaledClock(time.time(), datetime.fromisoformat(clock["now"]), clock["rate"])

    def _worlds(self) -> Iterator[tuple[str, str]]:
        names = list(self._story.accounts)
        others = (world for world in self._target.accounts if world not in names)
        for name in names:
            yield name, name if name in self._target.accounts else next(others)

    async def close(self) -> None:
        await self.http.close()
