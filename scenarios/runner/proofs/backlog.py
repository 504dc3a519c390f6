"""The backlog drains: by the connector's own figures nothing is left that could be done or was tried in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator

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


async def drained(scene: Scene) -> Look:
    """Work that is overdue, that failed and was not done since, or that was given up for a cause that passes."""
    downs = scene.theatre.connector.downs
    if downs and downs[-1].to is None:
        return Look(0, "the connector is not there")
    try:
        async with scene.theatre.http.get(f"{scene.theatre.connector_url}/metrics") as answer:
            text = await answer.text()
    except (ClientError, TimeoutError):
        return Look(1, "", ("the connector does not tell its figures",))
    waits = next((float(seconds) for seconds in _SECONDS.findall(text)), 0.0)
    late = (f"work is due since {waits:g} s",) if waits > _OVERDUE else ()
    left = [(state, reason, int(float(count))) for reason, state, count in _LEFT.findall(text)]
    told = ", ".join(f"{count} {state}" for state, _, count in left)
    return Look(1, told or "nothing is left", (*late, *_stuck(left)))


def _stuck(left: list[tuple[str, str, int]]) -> Iterator[str]:
    for state, reason, count in left:
        if state == "failed" and reason in _PASSING:
            yield f"{count} not done since it failed: {reason}"
        elif state == "dead" and reason in _PASSING:
            yield f"{count} given up: {reason}"
