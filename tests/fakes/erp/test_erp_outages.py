"""Trouble that lasts by the clock, and how long calls take."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from fake_erp.outages import latency_of

TOKEN = "token-da-loja"


@pytest.fixture(autouse=True)
async def _world(erp: Any) -> None:
    await erp.world(token=TOKEN)


async def _order(erp: Any, **outage: Any) -> tuple[int, Any]:
    answer: tuple[int, Any] = await erp.door_status("POST", "worlds/loja/outages", outage)
    return answer


async def test_the_api_is_off_for_ten_minutes_and_then_on_again(erp: Any) -> None:
    assert (await _order(erp, what="http_503", seconds=600))[0] == 201
    for _ in range(3):
        assert (await erp.call("info.php", TOKEN)).status == 503
    await erp.advance(599)
    assert (await erp.call("info.php", TOKEN)).status == 503
    await erp.advance(1)
    assert (await erp.call("info.php", TOKEN)).code is None
    assert await erp.door("GET", "worlds/loja/outages") == []


async def test_a_maintenance_is_code_99_while_it_lasts(erp: Any) -> None:
    await _order(erp, what="maintenance", seconds=60)
    assert (await erp.call("info.php", TOKEN)).code == 99
    await erp.door("DELETE", "worlds/loja/outages")
    assert (await erp.call("info.php", TOKEN)).code is None


async def test_one_of_several_is_ended_by_its_number(erp: Any) -> None:
    await _order(erp, what="http_503", seconds=600)
    status, cut = await _order(erp, what="quota_cut", seconds=600, calls_per_minute=3)
    assert (status, cut["number"]) == (201, 2)
    await erp.door("DELETE", "worlds/loja/outages?number=1")
    answer = await erp.call("info.php", TOKEN)
    assert (answer.code, answer.headers["x-limit-api"]) == (None, "3")
    status, told = await erp.door_status("DELETE", "worlds/loja/outages?number=1")
    assert (status, told["error"]) == (400, "no outage has the number 1: GET lists those that last")


async def test_a_fault_of_a_call_and_one_of_a_message_have_numbers_of_one_list(erp: Any) -> None:
    for call in ("info.php", "webhook:estoque", "info.php"):
        await erp.door("POST", "worlds/loja/faults", {"call": call, "what": "answer_lost"})
    await erp.door("DELETE", "worlds/loja/faults?number=2")
    left = await erp.door("GET", "worlds/loja/faults")
    assert [(one["number"], one["call"]) for one in left] == [(1, "info.php"), (3, "info.php")]


async def test_connections_are_cut_while_it_lasts(erp: Any) -> None:
    await _order(erp, what="cut", seconds=60)
    with pytest.raises(aiohttp.ClientError):
        await erp.call("info.php", TOKEN)


async def test_a_quota_is_cut_for_a_while(erp: Any) -> None:
    await _order(erp, what="quota_cut", seconds=3600, calls_per_minute=3)
    answers = [await erp.call("info.php", TOKEN) for _ in range(4)]
    assert [each.code for each in answers] == [None] * 3 + [6]
    assert answers[0].headers["x-limit-api"] == "3"
    await erp.advance(3600)
    assert (await erp.call("info.php", TOKEN)).headers["x-limit-api"] == "60"


@pytest.mark.parametrize(
    ("outage", "told"),
    [
        ({"what": "stall", "seconds": 5}, "unknown outage"),
        ({"what": "cut"}, "seconds must be"),
        ({"what": "cut", "seconds": 0}, "seconds must be"),
        ({"what": "quota_cut", "seconds": 5, "calls_per_minute": "x"}, "calls_per_minute must be"),
        ({"what": "cut", "seconds": 5, "calls_per_minute": 9.0}, "calls_per_minute must be"),
        ({"what": "cut", "seconds": 5, "calls_per_minute": [1]}, "calls_per_minute must be"),
    ],
)
async def test_an_outage_that_makes_no_sense_is_refused(erp: Any, outage: dict[str, Any], told: str) -> None:
    status, answer = await _order(erp, **outage)
    assert status == 400 and told in answer["error"]


@pytest.mark.parametrize("profile", ["long_tail", "bimodal"])
async def test_a_profile_varies_the_latency_and_draws_it_alike_again(erp: Any, profile: str) -> None:
    await erp.door("PATCH", "worlds/loja", {"latency": 0.1, "latency_profile": profile})
    world = erp.fake.worlds.get("loja")
    drawn = [latency_of(world, call) for call in range(1000)]
    assert drawn == [latency_of(world, call) for call in range(1000)]
    assert 0.05 < sum(drawn) / 1000 < 0.3 and max(drawn) > 1


async def test_a_fixed_latency_holds_every_call_as_long(erp: Any) -> None:
    await erp.door("PATCH", "worlds/loja", {"latency": 2})
    call = asyncio.create_task(erp.call("info.php", TOKEN))
    await erp.in_flight(1)
    await erp.advance(1.9)
    await asyncio.sleep(0.02)
    assert not call.done()
    await erp.advance(0.2)
    assert (await call).code is None
