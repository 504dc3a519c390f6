"""The wait for the backlog of a run: until both sides are equal and the connector has nothing to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession

from load import record
from load.judging.reading import CannotJudge, Doors
from load.metrics import work_left
from load.mistake import Mistake

Document = dict[str, Any]

_LOOK = 1.0
# Real seconds after which what looked finished is looked at once more: work that is under way is in no figure.
_CALM = 1.0


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
    """What a run is judged by: its record, how both sides stood before, and the doors of each account with both.

    `untold` are products of each account that need not become equal: nothing accepted tells of their last movement.
    """

    run: Document
    before: Document
    doors: Sequence[Doors | None]
    untold: Set[tuple[int, str]]

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
        compared, unequal, left = await _look(http, ends)
        is_over = time.time() > deadline
        # The record of a large run is long: it is read last.
        kept = await ends.kept() if is_over or not (unequal or left) else None
        left += sum(row["state"] == "new" for row in kept or ())
        if not (unequal or left):
            if calm_since is not None:
                seconds = max(0.0, calm_since - last) * rate
                return Drain(seconds=seconds, compared=compared, unequal=0, left=0), kept
            calm_since = begun
            await asyncio.sleep(_CALM)
            continue
        if is_over:
            return Drain(seconds=None, compared=compared, unequal=unequal, left=left), kept
        calm_since = None
        await asyncio.sleep(_LOOK)


async def _look(http: ClientSession, ends: Ends) -> tuple[int, int, int]:
    compared = unequal = 0
    # Only the connector's figures tell that it has dealt with what was accepted of them before.
    untold = ends.untold if ends.run["metrics"] else frozenset()
    for place, doors in enumerate(ends.doors):
        if doors is not None:
            erp, shop = await doors.levels()
            common = {code for code in set(erp) & set(shop) if (place, code) not in untold}
            compared += len(common)
            unequal += sum(erp[code] != shop[code] for code in common) + (await doors.orders()).lost
    return compared, unequal, await _left(http, ends.run["metrics"])


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
