"""The backlog drains: by the connector's own figures nothing is left that could be done or was tried in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import ClientError

from scenarios.runner.scene import Look, Scene

# Two attempts are never more than half an hour apart: by then the last trouble is over for everything.
BOUND = 35 * 60.0
# How long a piece of work may be due before something is wrong with the worker.
_OVERDUE = 60.0

# Causes that pass by themselves: of these nothing is given up within days.
_PASSING = frozenset(
    {"erp_unreachable", "erp_busy", "erp_trouble", "shop_unreachable", "shop_busy", "shop_trouble", "internal"}
)

_LEFT = re.compile(r'^connector_backlog\{reason="([^"]*)",state="([^"]*)"\} (\S+)$', re.MULTILINE)
_SECONDS = re.compile(r"^connector_backlog_seconds (\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left, in words: `late` and `failed` may still be done, `given_up` is not done any more."""

    told: str
    late: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()


async def left(scene: Scene) -> Left | None:
    """The connector's own figures; None while it is not there. Raises ClientError where it does not answer."""
    downs, url = scene.theatre.connector.downs, scene.theatre.connector_url
    if url is None or (downs and downs[-1].to is None):
        return None
    async with scene.theatre.http.get(f"{url}/metrics") as answer:
        text = await answer.text()
    waits = next((float(seconds) for seconds in _SECONDS.findall(text)), 0.0)
    counts = [(state, reason, int(float(count))) for reason, state, count in _LEFT.findall(text)]
    return Left(
        told=", ".join(f"{count} {state}" for state, _, count in counts) or "nothing is left",
        late=(f"work is due since {waits:g} s",) if waits > _OVERDUE else (),
        failed=tuple(f"{count} not done since it failed: {why}" for why, count in _passing(counts, "failed")),
        given_up=tuple(f"{count} given up: {why}" for why, count in _passing(counts, "dead")),
    )


def _passing(counts: list[tuple[str, str, int]], wanted: str) -> Iterator[tuple[str, int]]:
    return ((reason, count) for state, reason, count in counts if state == wanted and reason in _PASSING)


async def drained(scene: Scene) -> Look:
    """Work that is overdue, that failed and was not done since, or that was given up for a cause that passes."""
    try:
        found = await left(scene)
    except (ClientError, TimeoutError):
        return Look(1, "", ("the connector does not tell its figures",))
    if found is None:
        return Look(0, "the connector is not there")
    return Look(1, found.told, (*found.late, *found.failed, *found.given_up))


async def is_draining(scene: Scene) -> bool:
    """Whether something is left that may still be done."""
    try:
        found = await left(scene)
    except (ClientError, TimeoutError):
        return False
    return found is not None and bool(found.late or found.failed)
