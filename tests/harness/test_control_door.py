"""The control door over real loopback HTTP, as a stranger would use it."""

import asyncio
import gzip

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from scenarios.harness import door
from scenarios.harness.clock import RealClock
from scenarios.harness.faults import Faults
from scenarios.harness.worlds import World, Worlds

JOURNAL_LIMIT = 3


@pytest.fixture
def world() -> World:
    return World("shop", 7, RealClock(), Faults({"get", "put"}, {"slow", "cut"}), JOURNAL_LIMIT)


@pytest.fixture
def worlds(world):
    made = Worlds()
    made.add(world)
    return made


@pytest.fixture
async def ask(worlds):
    """Send one request to the door and return status and document."""
    async with TestServer(door.control_door(worlds, "Shop")) as server, ClientSession(server.make_url("/")) as session:

        async def ask_door(method, path, **arguments):
            async with session.request(method, f"{door.PREFIX}{path}", **arguments) as response:
                assert response.content_type == "application/json"
                return response.status, await response.json()

        yield ask_door


async def test_the_worlds_are_listed(ask):
    assert await ask("GET", "/worlds") == (200, [{"name": "shop", "seed": 7, "journal": 0}])


async def test_a_deleted_world_is_gone(ask):
    assert await ask("DELETE", "/worlds/shop") == (200, {})
    assert await ask("GET", "/worlds") == (200, [])


async def test_the_clock_shows_its_time_and_rate(ask):
    status, document = await ask("GET", "/worlds/shop/clock")
    assert (status, document["rate"], sorted(document)) == (200, 1.0, ["now", "rate"])


async def test_the_clock_can_be_advanced(ask, world):
    status, document = await ask("POST", "/worlds/shop/clock/advance", json={"seconds": 3600})
    assert status == 200
    assert document["now"] > RealClock().now().isoformat()


async def test_an_ordered_fault_is_listed_recorded_and_met(ask, world):
    status, fault = await ask("POST", "/worlds/shop/faults", json={"call": "get", "what": "cut"})
    assert (status, fault["left"]) == (201, 1)
    assert world.faults.meet("get")
    assert (await ask("GET", "/worlds/shop/faults"))[1][0]["met"] == 1
    assert [entry["kind"] for entry in world.journal] == ["fault_ordered"]


async def test_faults_can_be_cleared(ask):
    await ask("POST", "/worlds/shop/faults", json={"call": "get", "what": "cut"})
    assert await ask("DELETE", "/worlds/shop/faults") == (200, {})
    assert await ask("GET", "/worlds/shop/faults") == (200, [])


async def test_one_fault_is_taken_back_by_its_number(ask):
    for what in ("cut", "slow"):
        await ask("POST", "/worlds/shop/faults", json={"call": "get", "what": what})
    assert await ask("DELETE", "/worlds/shop/faults?number=1") == (200, {})
    (left,) = (await ask("GET", "/worlds/shop/faults"))[1]
    assert (left["number"], left["what"]) == (2, "slow")
    status, told = await ask("DELETE", "/worlds/shop/faults?number=1")
    assert (status, told["error"]) == (400, "no fault has the number 1: GET lists those that are ordered")
    assert (await ask("DELETE", "/worlds/shop/faults?numer=2"))[0] == 400


async def test_the_journal_can_be_read_in_part(ask, world):
    for kind in ("call", "answer", "call"):
        world.journal.append(kind)
    _, entries = await ask("GET", "/worlds/shop/journal?since=1&kind=call&limit=5")
    assert [entry["seq"] for entry in entries] == [3]


async def test_a_fault_that_a_full_journal_cannot_record_is_not_ordered(ask, world):
    for _ in range(JOURNAL_LIMIT):
        world.journal.append("call")
    status, document = await ask("POST", "/worlds/shop/faults", json={"call": "get", "what": "cut"})
    assert (status, world.faults.as_list()) == (409, [])
    assert "reset the world" in document["error"]


@pytest.mark.parametrize(
    ("method", "path", "status", "complaint"),
    [
        ("GET", "/worlds/none/clock", 404, "no world 'none'; known: shop"),
        ("DELETE", "/worlds/none", 404, "no world 'none'"),
        ("GET", "/world", 404, "no such page of the control door: GET /__fake__/world"),
        ("GET", "/worlds/shop/", 404, "no such page"),
        ("PUT", "/worlds/shop/faults", 405, "takes DELETE, GET, HEAD, POST, not PUT"),
        ("GET", "/worlds/shop/journal?since=x", 400, "since must be a whole number"),
        ("GET", "/worlds/shop/journal?since=-1", 400, "since must be a whole number"),
        ("GET", "/worlds/shop/journal?since=²", 400, "since must be a whole number"),
        ("GET", f"/worlds/shop/journal?limit={'9' * 5000}", 400, "limit must be a whole number"),
        ("GET", "/worlds/shop/journal?after=3", 400, "unknown parameter 'after'; known: kind, limit, since"),
    ],
)
async def test_a_wrong_address_is_explained(ask, method, path, status, complaint):
    got, document = await ask(method, path)
    assert (got, list(document)) == (status, ["error"])
    assert complaint in document["error"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b'{"seconds": NaN}', "no JSON"),
        (b"[" * 10_000, "no JSON"),
        (b"[3]", "must be a JSON object"),
        (b'"3"', "must be a JSON object"),
        (b"", "seconds must be a number from 0, not None"),
        (b"{}", "seconds must be a number from 0, not None"),
        (b'{"seconds": -1}', "not -1"),
        (b'{"seconds": "5"}', "not '5'"),
        (b'{"seconds": true}', "not True"),
        (b'{"seconds": 1e300}', "no date"),
        (b'{"seconds": 18446744073709551615}', "no date"),
        (b'{"minutes": 5}', "unknown key 'minutes'; known: seconds"),
    ],
)
async def test_a_wrong_body_is_explained(ask, body, complaint):
    status, document = await ask("POST", "/worlds/shop/clock/advance", data=body)
    assert status == 400
    assert complaint in document["error"]


@pytest.mark.parametrize(
    "order",
    [{}, {"call": "del", "what": "cut"}, {"call": ["get"], "what": "cut"}, {"call": "get", "what": "cut", "calls": 0}],
)
async def test_a_wrong_order_is_explained_and_not_recorded(ask, world, order):
    status, document = await ask("POST", "/worlds/shop/faults", json=order)
    assert (status, list(document), len(world.journal)) == (400, ["error"], 0)


async def test_a_body_that_is_not_packed_as_it_says_is_explained(ask):
    headers = {"Content-Encoding": "gzip"}
    status, document = await ask("POST", "/worlds/shop/clock/advance", data=b"no gzip at all", headers=headers)
    assert status == 400
    assert "not encoded as its headers say" in document["error"]


async def test_a_body_beyond_the_limit_is_explained(ask):
    packed = gzip.compress(b" " * (door.MAX_BODY + 1), compresslevel=1)
    headers = {"Content-Encoding": "gzip"}
    status, document = await ask("POST", "/worlds/shop/clock/advance", data=packed, headers=headers)
    assert status == 413
    assert "larger than" in document["error"]


@pytest.fixture
async def look(worlds):
    """A page of the door as text, with its status."""
    async with TestServer(door.control_door(worlds, "Shop")) as server, ClientSession(server.make_url("/")) as session:

        async def read(path):
            async with session.get(f"{door.PREFIX}{path}") as response:
                return response.status, await response.text()

        yield read


async def test_the_first_page_lists_the_worlds(look, worlds):
    for path in ("", "/"):
        status, text = await look(path)
        assert (status, 'href="/__fake__/pages/shop"' in text) == (200, True)
    await worlds.remove("shop")
    assert "There is no world yet" in (await look("/"))[1]


async def test_a_worlds_page_shows_faults_and_journal_and_escapes_both(look, world):
    assert "Nothing has happened yet" in (await look("/pages/shop"))[1]
    world.faults.order({"call": "get", "what": "slow", "first": 3, "with": {"seconds": "<b>"}})
    world.journal.append("call", text="<script>", code=31)
    world.journal.append("note", said="something else")
    status, text = await look("/pages/shop?kind=call")
    assert (status, "<script>" in text, "&lt;script&gt;" in text, "&lt;b&gt;" in text) == (200, False, True, True)
    assert "something else" not in text
    assert "something else" in (await look("/pages/shop"))[1]


async def test_a_long_journal_is_shown_newest_first_in_parts(look, worlds):
    busy = World("busy", 1, RealClock(), Faults({"get"}, {"slow"}), 1000)
    for number in range(250):
        busy.journal.append("call", number=f"no-{number}")
    worlds.add(busy)
    first = (await look("/pages/busy"))[1]
    assert ("no-249<" in first, "no-150<" in first, "no-149<" in first) == (True, True, False)
    assert "?before=151" in first
    last = (await look("/pages/busy?before=51"))[1]
    assert ("no-49<" in last, "no-0<" in last, "Older" in last) == (True, True, False)


async def test_the_page_of_no_world_says_so(look):
    status, text = await look("/pages/nobody")
    assert (status, "no world" in text) == (404, True)


async def test_a_caller_who_dies_in_the_middle_of_a_body_is_no_error(worlds, caplog):
    # A server as the programs have it, which lets a handler end though nobody waits for it.
    runner = web.AppRunner(door.control_door(worlds, "Shop"))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        head = f"POST {door.PREFIX}/worlds/shop/faults HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n"
        writer.write(head.encode() + b'{"call"')
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
        await asyncio.sleep(0.05)
    finally:
        await runner.cleanup()
    assert caplog.records == []
