"""A shop that is closed, or forbids what it allowed, for a while; one that took the access away stays ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.core.reasons import Reason
from connector.flows import pull
from connector.store import pulls, stopped
from connector.store.stopped import Which
from scenarios.runner.stage import Stage
from tests.flows.trade import ERP, HOUR, place, sent, set_situation, shown, until_status

Play = Callable[..., None]
FORBIDDEN = {"what": "status", "first": 1, "calls": 10**6, "with": {"status": 403}}


async def _close(stage: Stage) -> None:
    await stage.shop_door.send("PATCH", f"/stores/{stage.store_id()}", {"status": "closed"})


async def _open(stage: Stage) -> None:
    await stage.shop_door.send("PATCH", f"/stores/{stage.store_id()}", {"status": "active"})


async def _forbid(stage: Stage, call: str = "*") -> None:
    await stage.shop_door.send("POST", "/faults", {"call": call, **FORBIDDEN})


async def _allow(stage: Stage) -> None:
    await stage.shop_door.send("DELETE", "/faults", None)


async def _parked(stage: Stage, reason: Reason) -> int:
    found = await stage.product.env.db.read(stopped.listed, Which(store_id=stage.store_id(), reason=str(reason)))
    return len(found)


async def _ask_for_pull(stage: Stage) -> None:
    assert await stage.product.env.db.write(pull.request, stage.product.env, stage.store_id())


def _calls(stage: Stage) -> list[str]:
    """All but those of the net under the shop's events, which is drawn whatever happens."""
    return [e["call"] for e in stage.shop.journal if e["kind"] == "api" and e["call"] != "GET /orders"]


@pytest.mark.parametrize(
    ("begin", "end", "hours", "reason"),
    [(_close, _open, 5, Reason.SHOP_CLOSED), (_forbid, _allow, 0.5, Reason.SHOP_FORBIDDEN)],
    ids=["closed", "forbidden"],
)
def test_what_happened_meanwhile_reaches_the_shop_afterwards(
    play: Play, begin: Any, end: Any, hours: float, reason: Reason
) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await begin(stage)
        await set_situation(stage, erp_id, "enviado")
        await _ask_for_pull(stage)
        await stage.clock.sleep(hours * HOUR)
        assert await _parked(stage, reason) >= 3
        await end(stage)
        await until_status(stage, order, "shipped", seconds=2.5 * HOUR)
        late = await place(stage)
        await stage.clock.sleep(60)
        assert (await shown(stage, late))["external_reference"] is not None
        assert await stage.product.env.db.read(pulls.current, stage.store_id()) is None
        assert await _parked(stage, reason) == 0

    play(story, erp=ERP)


def test_a_shop_that_stays_closed_is_asked_once_an_hour(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await sent(stage)
        await _close(stage)
        await stage.clock.sleep(2 * HOUR)
        before = len(_calls(stage))
        await stage.clock.sleep(6 * HOUR)
        assert _calls(stage)[before:] == ["GET /apps/erp/settings"] * 6

    play(story, erp=ERP)


def test_where_a_scope_is_missing_one_piece_is_tried_and_the_others_wait(play: Play) -> None:
    """Each would cost a call of the ERP, and fail."""

    async def story(stage: Stage) -> None:
        first, erp_id = await sent(stage)
        others = [await place(stage) for _ in range(3)]
        await stage.clock.sleep(60)
        status = "PUT /orders/{id}/status"
        await _forbid(stage, status)
        for each in (erp_id, *[(await shown(stage, o))["external_reference"]["id"] for o in others]):
            await set_situation(stage, each, "enviado")
        await stage.clock.sleep(2 * HOUR)
        assert await _parked(stage, Reason.SHOP_FORBIDDEN) == 4
        before = len(_calls(stage))
        await stage.clock.sleep(6 * HOUR)
        tried = [e for e in _calls(stage)[before:] if e == status]
        assert 5 <= len(tried) <= 7
        await _allow(stage)
        for order in (first, *others):
            await until_status(stage, order, "shipped", seconds=2.5 * HOUR)

    play(story, erp=ERP)


def test_a_token_that_was_revoked_is_not_tried_for_ever(play: Play) -> None:
    """As where the app was removed and nobody heard of it."""

    async def story(stage: Stage) -> None:
        _, erp_id = await sent(stage)
        for attempt in range(1, 10):
            await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": attempt})
        merchant = stage.merchant()
        await merchant.log_in()
        await merchant.uninstall()
        await set_situation(stage, erp_id, "enviado")
        await stage.clock.sleep(2 * HOUR)
        assert (await stage.store()).shop_trouble == Reason.SHOP_TOKEN_REVOKED
        before = len(_calls(stage))
        await stage.clock.sleep(6 * HOUR)
        assert _calls(stage)[before:] == []

    play(story, erp=ERP)
