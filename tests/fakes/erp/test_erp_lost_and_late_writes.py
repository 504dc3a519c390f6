"""Writes whose answer is lost, and writes that land when their caller has long gone (decisions §2)."""

from __future__ import annotations

import aiohttp
import pytest


async def order(erp, what: str, **more) -> None:
    document = {"call": "pedido.incluir.php", "what": what, **more}
    status, answer = await erp.door_status("POST", "worlds/loja/faults", document)
    assert status == 201, answer


async def cut_off(erp, token: str) -> None:
    with pytest.raises(aiohttp.ClientConnectionError):
        await erp.insert(token)


async def test_an_order_whose_answer_is_lost_is_there(erp):
    token = (await erp.world())["token"]
    await order(erp, "answer_lost")
    await cut_off(erp, token)
    found = (await erp.call("pedidos.pesquisa.php", token, numeroEcommerce="100245")).retorno["pedidos"]
    assert [row["pedido"]["numero"] for row in found] == [1]
    assert len(await erp.journal(kind="order_inserted")) == 1


async def test_an_order_that_lands_late_is_found_only_then(erp):
    token = (await erp.world())["token"]
    await order(erp, "write_lands_late", **{"with": {"seconds": 45}})
    await cut_off(erp, token)
    await erp.advance(44)
    assert (await erp.call("pedidos.pesquisa.php", token, numeroEcommerce="100245")).code == 20
    await erp.advance(1)
    assert (await erp.call("pedidos.pesquisa.php", token, numeroEcommerce="100245")).code is None
    assert len(await erp.journal(kind="order_inserted")) == 1


async def test_a_late_write_is_on_record_beside_its_call(erp):
    token = (await erp.world())["token"]
    await order(erp, "write_lands_late", **{"with": {"seconds": 45}})
    await cut_off(erp, token)
    await erp.advance(45)
    [call], [landed] = await erp.journal(), await erp.journal(kind="landed_late")
    assert (call["fault"], call["status"]) == ("write_lands_late", None)
    assert (landed["service"], landed["call"], landed["code"]) == ("pedido.incluir.php", call["seq"], None)


async def test_a_late_write_can_come_after_the_callers_repeat(erp):
    token = (await erp.world())["token"]
    await order(erp, "write_lands_late", **{"with": {"seconds": 45}})
    await cut_off(erp, token)
    await erp.insert(token)
    await erp.advance(45)
    assert (await erp.door("GET", "worlds/loja/statistics"))["orders_inserted"] == 2


async def test_a_late_write_that_is_refused_changes_nothing(erp):
    token = (await erp.world(refuse_duplicate_orders=True))["token"]
    await order(erp, "write_lands_late", **{"with": {"seconds": 45}})
    await cut_off(erp, token)
    await erp.insert(token)
    await erp.advance(45)
    assert len(await erp.orders()) == 1
    assert (await erp.journal(kind="landed_late"))[0]["code"] == 30


async def test_a_late_write_uses_the_quota_once_and_holds_no_place(erp):
    token = (await erp.world())["token"]
    await order(erp, "write_lands_late")
    await cut_off(erp, token)
    assert erp.fake.worlds.get("loja").quota.at_once == 0
    await erp.advance(60)
    assert len(await erp.orders()) == 1
    assert [minute["calls"] for minute in (await erp.door("GET", "worlds/loja/statistics"))["minutes"]] == [1]


async def test_a_late_write_ends_with_its_world(erp):
    token = (await erp.world())["token"]
    world = erp.fake.worlds.get("loja")
    await order(erp, "write_lands_late", **{"with": {"seconds": 45}})
    await cut_off(erp, token)
    await erp.door("DELETE", "worlds/loja")
    world.clock.advance(45)
    await erp.world("outra")
    assert len(world.orders) == 0
