"""The wait for the backlog of a run: until both sides are equal and the connector has nothing to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession

from load import record
from load.judging.fates import Untold
from load.judging.reading import CannotJudge, Doors
from load.metrics import work_left
from load.mistake import Mistake

Document = dict[str, Any]

_LOOK = 1.0
# Real seconds after which what looked finished is looked at once more: work that is under way is in no figure.
_CALM = 1.0
# Nor is what the connector has planned for later, as a question that lets a balance settle, or one that waits for the
# quota: seconds of the clock, where the levels themselves do not tell that it is done.
_PLANNED = 90.0


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Seconds of the target's clock from the last message until nothing was left; None if something is.

    `compared` are the products whose levels were held against each other, `unequal` those that differ and orders that
    the ERP lacks, `left` the connector's pieces of work and messages.
    """

    seconds: float | None
    compared: int
    unequal: int
    left: int


@dataclass(frozen=True, kw_only=True)
class Ends:
    """What a run is judged by: its record, how both sides stood before, the doors of each account with both, and which
    products need not become equal.
    """

    run: Document
    before: Document
    doors: Sequence[Doors | None]
    untold: Untold

    async def kept(self) -> list[Document] | None:
        """The messages that the connector has kept since; None where nobody tells. Raises CannotJudge."""
        if not (command := self.run["messages_command"]):
            return None
        try:
            rows = await asyncio.to_thread(record.read, command)
        except Mistake as problem:
            raise CannotJudge(str(problem)) from None
        return record.since(rows, self.before["record"])


async def until_drained(http: ClientSession, ends: Ends) -> tuple[Drain | None, list[Document] | None]:
    """Wait; what was seen, and the record as it is then. No drain where there is nothing to look at.

    Raises CannotJudge.
    """
    run = ends.run
    if not (any(ends.doors) or run["metrics"] or run["messages_command"]):
        return None, None
    rate = next((one["clock"]["rate"] for one in ends.before["accounts"] if one), 1.0)
    last = run["wall"] + run["lasted"]
    deadline = last + run["drain_within"] / rate
    calm_since: float | None = None
    while True:
        begun = time.time()
        seen = await _look(http, ends)
        is_over = time.time() > deadline
        # The record of a large run is long: it is read last.
        kept = await ends.kept() if is_over or not seen.remains else None
        left = seen.left + sum(row["state"] == "new" for row in kept or ())
        unequal = seen.unequal
        if not (unequal or left):
            calm_since = calm_since or begun
            calm = max(_CALM, _PLANNED / rate) if seen.apart else _CALM
            if begun - calm_since >= calm:
                unequal = await _not_excused(ends, seen.apart)
                if not unequal:
                    seconds = max(0.0, calm_since - last) * rate
                    return Drain(seconds=seconds, compared=seen.compared, unequal=0, left=0), kept
        if unequal or left:
            if is_over:
                return Drain(seconds=None, compared=seen.compared, unequal=unequal, left=left), kept
            calm_since = None
        await asyncio.sleep(_LOOK)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """One look; `apart` are products, by account and code, that differ and perhaps may."""

    compared: int
    unequal: int
    left: int
    apart: frozenset[tuple[int, str]]

    @property
    def remains(self) -> bool:
        return bool(self.unequal or self.left)


async def _look(http: ClientSession, ends: Ends) -> _Seen:
    compared = unequal = 0
    apart = set[tuple[int, str]]()
    # Only the connector's figures tell that it has nothing to do with what was accepted of them before.
    is_known = bool(ends.run["metrics"])
    for place, doors in enumerate(ends.doors):
        if doors is not None:
            erp, shop = await doors.levels()
            common = set(erp) & set(shop)
            differing = {(place, code) for code in common if erp[code] != shop[code]}
            compared += len(common)
            spared = {each for each in differing if is_known and ends.untold.may_differ(*each)}
            unequal += len(differing - spared) + (await doors.orders()).lost
            apart |= spared
    left = await _left(http, ends.run["metrics"])
    return _Seen(compared=compared, unequal=unequal, left=left, apart=frozenset(apart))


async def _not_excused(ends: Ends, apart: Set[tuple[int, str]]) -> int:
    """How many of these may not differ, now that the ERP's last movements are looked at."""
    found = 0
    for place, doors in enumerate(ends.doors):
        own = [code for of, code in apart if of == place]
        if doors is not None and own:
            last = await doors.last_movements()
            found += sum(not ends.untold.excuses(place, code, last.get(code)) for code in own)
    return found


async def _left(http: ClientSession, metrics: str | None) -> int:
    """What the connector has to do, by its own figures; none where they are not known."""
    if metrics is None:
        return 0
    try:
        async with http.get(metrics) as answer:
            left = work_left(await answer.text()) if answer.status == 200 else None
    except (ClientError, TimeoutError, ValueError):
        left = None
    if left is None:
        raise CannotJudge("the connector does not tell its figures at the address of `metrics`: is it up?")
    return left
