"""Calls per minute and at once (contract, transport §4)."""

from __future__ import annotations

import asyncio

import pytest


async def use_up(erp, token: str, calls: int) -> set[int | None]:
    """The codes that so many calls are answered with, one after the other."""
    return {(await erp.call("info.php", token)).code for _ in range(calls)}


@pytest.mark.parametrize(
    ("plan", "granted"), [("crescer", "30"), ("evoluir", "60"), ("potencializar", "120"), ("antigo", "20")]
)
async def test_the_header_says_what_the_plan_grants(erp, plan, granted):
    world = await erp.world(plan=plan)
    assert (await erp.call("info.php", world["token"])).headers["x-limit-api"] == granted


async def test_the_sixtieth_call_passes_and_the_next_is_blocked(erp):
    token = (await erp.world())["token"]
    assert await use_up(erp, token, 60) == {None}
    blocked = await erp.call("info.php", token)
    assert (blocked.status, blocked.code, blocked.headers["x-limit-api"]) == (200, 6, "60")
    assert blocked.retorno["erros"] == [
        {"erro": "API Bloqueada - Excedido o número de acessos a API, aguarde alguns minutos e tente novamente"}
    ]


async def test_the_window_slides_with_the_clock_of_the_world(erp):
    token = (await erp.world())["token"]
    await use_up(erp, token, 30)
    await erp.advance(59)
    assert await use_up(erp, token, 30) == {None}
    assert await use_up(erp, token, 1) == {6}
    await erp.advance(1)
    assert await use_up(erp, token, 30) == {None}
    assert await use_up(erp, token, 1) == {6}


async def test_refused_calls_do_not_count(erp):
    token = (await erp.world(plan="antigo"))["token"]
    await use_up(erp, token, 20)
    await erp.advance(50)
    assert await use_up(erp, token, 5) == {6}
    await erp.advance(10)
    assert await use_up(erp, token, 20) == {None}


async def test_refused_calls_count_where_the_world_says_so(erp):
    token = (await erp.world(plan="antigo", count_refused=True))["token"]
    await use_up(erp, token, 20)
    await erp.advance(50)
    assert await use_up(erp, token, 5) == {6}
    await erp.advance(10)
    assert await use_up(erp, token, 15) == {None}
    assert await use_up(erp, token, 1) == {6}


async def test_a_call_with_wrong_parameters_counts(erp):
    token = (await erp.world(plan="antigo"))["token"]
    for _ in range(20):
        await erp.call("produto.obter.php", token)
    assert await use_up(erp, token, 1) == {6}


async def test_a_batch_call_counts_in_the_minute_too(erp):
    token = (await erp.world(plan="antigo"))["token"]
    for _ in range(5):
        await erp.call("contato.incluir.php", token, contato="{}")
    assert await use_up(erp, token, 15) == {None}
    assert await use_up(erp, token, 1) == {6}


async def test_a_better_plan_helps_at_once(erp):
    token = (await erp.world(plan="antigo"))["token"]
    await use_up(erp, token, 21)
    await erp.door("PATCH", "worlds/loja", {"plan": "crescer"})
    assert await use_up(erp, token, 10) == {None}
    assert await use_up(erp, token, 1) == {6}


async def test_one_account_does_not_use_up_anothers_quota(erp):
    first, second = await erp.world(plan="antigo"), await erp.world("outra", plan="antigo")
    await use_up(erp, first["token"], 21)
    assert await use_up(erp, second["token"], 20) == {None}


async def test_a_quarter_of_the_limit_may_be_in_flight_and_no_more(erp):
    token = (await erp.world(latency=5))["token"]
    calls = [asyncio.create_task(erp.call("info.php", token)) for _ in range(15)]
    while len(await erp.journal()) < 15:
        pass
    assert (await erp.call("info.php", token)).code == 11
    await erp.advance(5)
    assert {reply.code for reply in await asyncio.gather(*calls)} == {None}


async def test_statistics_tell_natural_blocks_from_ordered_ones(erp):
    token = (await erp.world(plan="antigo"))["token"]
    await erp.door("POST", "worlds/loja/faults", {"call": "*", "what": "blocked_minute", "calls": 2})
    await use_up(erp, token, 25)
    told = await erp.door("GET", "worlds/loja/statistics")
    assert told["calls_by_service"] == {"info.php": 25}
    assert told["blocked"] == {"natural": {"6": 3, "11": 0}, "ordered": {"6": 2, "11": 0}}
    assert [(minute["calls"], minute["share"]) for minute in told["minutes"]] == [(20, 1.0)]
    assert told["peak_in_a_minute"] == 20
    assert told["first_call"] <= told["last_call"]
