"""A world that was saved and loaded is the same world; what is no snapshot makes none."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import orjson
import pytest

from fake_erp import snapshot
from fake_erp.evidence.player import CannotPlay, Player
from fake_erp.evidence.replay import documented
from fake_erp.serving import RunningErp
from fake_erp.settings import ADDRESSES
from scenarios.harness.clock import VIRTUAL_START
from tests.fakes.erp.conftest import Erp, Platform

CONTENT = documented()


async def rich(erp: Erp, platform: Platform, **settings: Any) -> Player:
    """An account in which everything has happened once, with messages that wait for another try."""
    platform.status = 503
    addresses = dict.fromkeys(ADDRESSES, platform.url)
    world = await erp.world(plan="potencializar", products=20, moods=True, **addresses, **settings)
    player = Player(erp.session, erp.api, erp.door_address, "loja", world["token"])
    player.kept["today"] = VIRTUAL_START.strftime("%d/%m/%Y")
    for step in CONTENT["setup"]:
        await player.step(step)
    for entry in CONTENT["services"].values():
        for step in entry.get("before", ()):
            try:
                await player.step(step)
            except CannotPlay:
                # Another service's steps have brought it about already.
                continue
    await player.step({"door": "POST /faults", "send": {"call": "info.php", "what": "maintenance", "first": 2}})
    await player.step({"door": "POST /faults", "send": {"call": "webhook:estoque", "what": "duplicate"}})
    await player.step({"door": "POST /outages", "send": {"what": "quota_cut", "seconds": 9000, "calls_per_minute": 90}})
    await erp.flush()
    return player


async def calls(player: Player) -> list[Any]:
    """What every service answers, read services first, as often as it takes to meet the fault."""
    answers: list[Any] = []
    for name, entry in CONTENT["services"].items():
        for _ in range(2):
            send = entry.get("send", {})
            answers.append(await player.call(name, send, entry.get("body"), entry.get("headers")))
    return answers


async def test_every_part_of_a_world_is_saved_or_named_as_not(erp: Erp) -> None:
    await erp.world()
    parts = set(vars(erp.fake.worlds.get("loja")))
    assert parts == (set(snapshot.STORES) | set(snapshot.VALUES) | snapshot.NOT_SAVED) - {"token", "faults.webhooks"}


async def test_a_loaded_world_answers_to_the_byte_as_the_saved_one_does(erp: Erp, platform: Platform) -> None:
    player = await rich(erp, platform)
    saved = await erp.door("GET", "worlds/loja/snapshot")
    made = await erp.door("POST", "snapshots", {"snapshot": saved, "name": "copia", "token": "token-da-copia"})
    assert (made["name"], made["token"]) == ("copia", "token-da-copia")
    other = Player(player.session, player.api, player.door, "copia", "token-da-copia", player.kept)
    assert await calls(player) == await calls(other)
    for path in ("/orders", "/products?limit=100", "/contacts", "/invoices", "/tags", "/price-lists", "/mappings"):
        assert await player._door("GET", path, None) == await other._door("GET", path, None)
    told = [
        [(each["id"], each["tipo"], each["message"]) for each in await erp.deliveries(n)] for n in ("loja", "copia")
    ]
    assert told[0] == told[1]


async def test_what_is_loaded_and_saved_again_is_the_same_document(erp: Erp, platform: Platform) -> None:
    await rich(erp, platform)
    saved = await erp.door("GET", "worlds/loja/snapshot")
    await erp.door("DELETE", "worlds/loja")
    await erp.door("POST", "snapshots", {"snapshot": saved})
    assert await erp.door("GET", "worlds/loja/snapshot") == saved


async def test_messages_that_waited_leave_the_loaded_world_when_they_are_due(erp: Erp, platform: Platform) -> None:
    await rich(erp, platform)
    saved = await erp.door("GET", "worlds/loja/snapshot")
    waiting = [each["id"] for each in await erp.deliveries() if each["state"] == "waiting"]
    assert waiting
    await erp.door("DELETE", "worlds/loja")
    platform.status = 200
    await erp.door("POST", "snapshots", {"snapshot": saved})
    assert (await erp.flush())["attempts"] == 0
    await erp.advance(24 * 3600)
    await erp.flush()
    assert {each["state"] for each in await erp.deliveries() if each["id"] in waiting} == {"delivered"}


async def test_a_world_with_something_under_way_is_not_saved(erp: Erp) -> None:
    token = (await erp.world())["token"]
    await erp.door("POST", "worlds/loja/faults", {"call": "info.php", "what": "slow", "with": {"seconds": 9}})
    held = asyncio.create_task(erp.call("info.php", token))
    await erp.in_flight(1)
    status, refused = await erp.door_status("GET", "worlds/loja/snapshot")
    assert (status, "a call is being answered" in refused["error"]) == (400, True)
    await erp.advance(9)
    await held
    await erp.door("POST", "worlds/loja/faults", {"call": "info.php", "what": "write_lands_late"})
    with pytest.raises(aiohttp.ClientError):
        await erp.call("info.php", token)
    status, refused = await erp.door_status("GET", "worlds/loja/snapshot")
    assert (status, "a write is still to land" in refused["error"]) == (400, True)


async def test_what_is_no_snapshot_makes_no_world(erp: Erp) -> None:
    await erp.world()
    saved = await erp.door("GET", "worlds/loja/snapshot")
    touched = orjson.loads(orjson.dumps(saved))
    touched["world"]["values"]["tokens_made"] = 9
    for document, hint in (
        (None, "no snapshot of a fake ERP"),
        ([], "no snapshot of a fake ERP"),
        ({**saved, "format": "other"}, "no snapshot of a fake ERP"),
        ({**saved, "version": 0}, "version 0 and this program reads 1"),
        ({**saved, "world": None}, "not as it was saved"),
        (touched, "not as it was saved"),
        (saved, "there is a world 'loja' already"),
    ):
        status, refused = await erp.door_status("POST", "snapshots", {"snapshot": document})
        assert (status, hint in refused["error"]) == (400, True), refused
    for more, hint in (({"name": "a b"}, "world name"), ({"name": 5}, "name must be a text"), ({"name": "b"}, "token")):
        status, refused = await erp.door_status("POST", "snapshots", {"snapshot": saved, **more})
        assert (status, hint in refused["error"]) == (400, True), refused
    assert [world["name"] for world in await erp.door("GET", "worlds")] == ["loja"]


def test_a_program_saves_and_loads_accounts() -> None:
    with RunningErp() as erp:
        saved = erp.account("loja", products=2, seed=5).snapshot()
    with RunningErp() as erp:
        account = erp.load(saved)
        assert (account.name, len(account.products())) == ("loja", 2)
        assert erp.load(saved, name="copia", token="outro-token").products() == account.products()
