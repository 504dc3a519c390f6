"""Faults by exact count (contract, transport §3.1): what was ordered happens, so often and no more."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest


async def order(erp, what: str, call: str = "info.php", **more) -> None:
    status, answer = await erp.door_status("POST", "worlds/loja/faults", {"call": call, "what": what, **more})
    assert status == 201, answer


@pytest.mark.parametrize(
    ("what", "code"),
    [("blocked_minute", 6), ("blocked_concurrency", 11), ("maintenance", 99), ("unexpected", 35)],
)
async def test_a_refusal_meets_exactly_the_calls_it_was_ordered_for(erp, what, code):
    token = (await erp.world())["token"]
    await order(erp, what, first=2, calls=2)
    assert [(await erp.call("info.php", token)).code for _ in range(4)] == [None, code, code, None]


@pytest.mark.parametrize(
    ("what", "status", "start"),
    [("html_502", 502, b"<html"), ("html_200", 200, b"<html"), ("http_503", 503, b"<html"), ("empty_body", 200, b"")],
)
async def test_a_gateway_answers_in_the_place_of_the_erp(erp, what, status, start):
    token = (await erp.world())["token"]
    await order(erp, what)
    reply = await erp.call("info.php", token)
    assert (reply.status, reply.body[:5]) == (status, start)
    assert (await erp.call("info.php", token)).retorno["status"] == "OK"


@pytest.mark.parametrize("what", ["cut", "answer_lost"])
async def test_a_cut_connection_brings_no_answer(erp, what):
    token = (await erp.world())["token"]
    await order(erp, what)
    with pytest.raises(aiohttp.ClientConnectionError):
        await erp.call("info.php", token)
    assert (await erp.call("info.php", token)).retorno["status"] == "OK"


async def test_work_is_done_where_only_the_answer_is_lost(erp):
    token = (await erp.world(products=1))["token"]
    product = (await erp.products())[0]["id"]
    for what in ("cut", "answer_lost"):
        await order(erp, what, "produto.obter.php")
        with pytest.raises(aiohttp.ClientConnectionError):
            await erp.call("produto.obter.php", token, id=product)
    cut, lost = await erp.journal()
    assert (cut["fault"], cut["status"]) == ("cut", None)
    assert (lost["fault"], lost["status"]) == ("answer_lost", 200)


async def test_a_cut_call_uses_no_quota_and_a_lost_answer_does(erp):
    token = (await erp.world())["token"]
    for what in ("cut", "answer_lost"):
        await order(erp, what)
        with pytest.raises(aiohttp.ClientConnectionError):
            await erp.call("info.php", token)
    told = await erp.door("GET", "worlds/loja/statistics")
    assert [minute["calls"] for minute in told["minutes"]] == [1]


async def test_a_slow_call_waits_on_the_clock_of_the_world(erp):
    token = (await erp.world())["token"]
    await order(erp, "slow", **{"with": {"seconds": 20}})
    call = asyncio.create_task(erp.call("info.php", token))
    while not await erp.journal():
        pass
    await erp.advance(19)
    assert not call.done()
    await erp.advance(1)
    assert (await call).retorno["status"] == "OK"


async def test_a_stalled_answer_has_its_headers_and_then_nothing_for_a_while(erp):
    token = (await erp.world())["token"]
    await order(erp, "stall", **{"with": {"seconds": 30}})
    form = {"token": token, "formato": "json"}
    async with erp.session.post(f"{erp.api}/api2/info.php", data=form) as answer:
        assert (answer.status, answer.headers["x-limit-api"]) == (200, "60")
        body = asyncio.create_task(answer.read())
        await erp.advance(29)
        assert not body.done()
        await erp.advance(1)
        assert b'"status":"OK"' in await body


async def test_a_held_call_ends_with_its_world(erp):
    token = (await erp.world())["token"]
    await order(erp, "slow")
    call = asyncio.create_task(erp.call("info.php", token))
    while not await erp.journal():
        pass
    await erp.door("DELETE", "worlds/loja")
    with pytest.raises(aiohttp.ClientConnectionError):
        await call


async def test_a_call_with_an_unknown_token_meets_no_fault(erp):
    await erp.world()
    await order(erp, "cut", call="*")
    assert (await erp.call("info.php", "TOKEN_DE_TESTE")).code == 2
    assert (await erp.door("GET", "worlds/loja/faults"))[0]["left"] == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"call": "pedido.php", "what": "cut"}, "unknown call"),
        ({"call": "info.php", "what": "meteor"}, "unknown fault"),
        ({"call": "info.php", "what": "slow", "with": {"seconds": "x"}}, "seconds must be a number"),
        ({"call": "info.php", "what": "cut", "with": {"seconds": 1}}, "takes nothing there"),
        ({"call": "info.php", "what": ["slow"]}, "unknown fault"),
    ],
)
async def test_an_order_that_makes_no_sense_is_explained(erp, document, said):
    await erp.world()
    status, answer = await erp.door_status("POST", "worlds/loja/faults", document)
    assert status == 400
    assert said in answer["error"]
