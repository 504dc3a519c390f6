"""Pictures fetched over HTTP, and the addresses that no fetch may reach (§8): by number, by name, by redirect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from fake_webstore.fetching import LARGEST, is_public

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
_PICTURES = {
    "/a.png": _PNG,
    "/no-name": b"\xff\xd8\xff\xe0" + bytes(20),
    "/a.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "/a.gif": b"GIF89a" + bytes(10),
    "/largest.png": _PNG + bytes(LARGEST - len(_PNG)),
}


@dataclass
class Source:
    """A server of pictures that may be fetched from, and one that nothing may touch."""

    port: int = 0
    forbidden_port: int = 0
    touched: list[str] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers)
        path = request.path
        if path in _PICTURES:
            # What is said of it is wrong; the bytes count.
            return web.Response(body=_PICTURES[path], content_type="text/plain")
        if path == "/to":
            return web.Response(status=302, headers={"Location": request.query["where"]})
        if path.startswith("/chain"):
            left = int(path.removeprefix("/chain"))
            return web.Response(status=301, headers={"Location": f"/chain{left - 1}" if left else "/a.png"})
        if path == "/endless":
            return await self._endless(request)
        if path == "/slow":
            await asyncio.sleep(30)
        return web.Response(status=404 if path == "/gone" else 200, text="<svg onload=alert(1)>")

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(_PNG + bytes(500_000))

    async def touch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.touched.append(str(writer.get_extra_info("peername")))
        writer.close()


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    one = Source()
    app = web.Application()
    app.router.add_get("/{path:.*}", one.answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)
    forbidden = await asyncio.start_server(one.touch, "127.0.0.1", 0)
    one.port, one.forbidden_port = server.port or 0, forbidden.sockets[0].getsockname()[1]
    yield one
    forbidden.close()
    await forbidden.wait_closed()
    await server.close()


@pytest.fixture
async def fetching_shop(empty_shop: Any, source: Source) -> Any:
    hosts = {
        "fotos.loja.example": ["127.0.0.1"],
        "meio.loja.example": ["203.0.114.9", "127.0.0.1"],
        "v6.loja.example": ["::1"],
    }
    settings = {"allow": [f"127.0.0.1:{source.port}"], "hosts": hosts}
    await empty_shop.create(bucket=False, image_fetching=settings)
    return empty_shop


async def _fetched(shop: Any, *addresses: str) -> list[tuple[str, str | None]]:
    product = (await shop.put("A")).body["id"]
    listed = [{"source_url": address} for address in addresses]
    answer = await shop.call("PUT", f"/products/{product}/images", listed)
    assert [image["status"] for image in answer.body] == ["pending"] * len(addresses)
    await shop.advance(seconds=2)
    await shop.door("POST", "/demo/webhooks/flush")
    images = (await shop.call("GET", f"/products/{product}/images", shape="Image")).body
    assert all((image["url"] is None) == (image["status"] != "ready") for image in images)
    return [(image["status"], image["error"]) for image in images]


@pytest.mark.parametrize("path", sorted(_PICTURES))
async def test_a_picture_arrives_whatever_its_server_says_of_it(fetching_shop: Any, source: Source, path: str) -> None:
    assert await _fetched(fetching_shop, source.url(path)) == [("ready", None)]
    [headers] = source.asked
    assert "Authorization" not in headers and "Cookie" not in headers


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/page.png", "unsupported_type"),
        ("/gone", "unreachable"),
        ("/endless", "too_large"),
        ("/chain6", "unreachable"),
        ("/to?where=/to%3Fwhere=/page", "unsupported_type"),
        ("/to?where=file:///etc/passwd", "not_allowed"),
        ("/to?where=ftp://203.0.114.9/a.png", "not_allowed"),
        ("/to?where=http://", "unreachable"),
    ],
)
async def test_what_is_no_picture_fails_by_name(fetching_shop: Any, source: Source, path: str, error: str) -> None:
    assert await _fetched(fetching_shop, source.url(path)) == [("failed", error)]


async def test_five_redirects_are_followed(fetching_shop: Any, source: Source) -> None:
    assert await _fetched(fetching_shop, source.url("/chain4")) == [("ready", None)]


async def test_a_server_that_does_not_answer_is_given_up(fetching_shop: Any, source: Source) -> None:
    settings = {"allow": [f"127.0.0.1:{source.port}"], "seconds": 0.3}
    await fetching_shop.door("PATCH", "/demo", {"image_fetching": settings})
    assert await _fetched(fetching_shop, source.url("/slow")) == [("failed", "unreachable")]


async def test_a_port_that_nobody_listens_on_is_unreachable(fetching_shop: Any, source: Source) -> None:
    closed = await asyncio.start_server(source.touch, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    shop = fetching_shop
    changed = await shop.door("PATCH", "/demo", {"image_fetching": {"allow": [f"127.0.0.1:{port}"]}})
    assert changed.status == 200
    assert await _fetched(shop, f"http://127.0.0.1:{port}/a.png") == [("failed", "unreachable")]


_DISGUISES = (
    "http://127.0.0.1:{port}/a.png",
    "http://localhost:{port}/a.png",
    "http://LOCALHOST:{port}/a.png",
    "http://localhost.:{port}/a.png",
    "http://127.1:{port}/a.png",
    "http://2130706433:{port}/a.png",
    "http://0x7f000001:{port}/a.png",
    "http://0177.0.0.1:{port}/a.png",
    "http://0:{port}/a.png",
    "http://0.0.0.0:{port}/a.png",
    "http://[::ffff:127.0.0.1]:{port}/a.png",
    "http://[::ffff:7f00:1]:{port}/a.png",
    "http://[::127.0.0.1]:{port}/a.png",
    "http://[64:ff9b::7f00:1]:{port}/a.png",
    "http://[2002:7f00:1::]:{port}/a.png",
    "http://[::1]:{port}/a.png",
    "http://①②⑦.0.0.1:{port}/a.png",
    "http://someone:secret@127.0.0.1:{port}/a.png",
    "http://fotos.loja.example:{port}/a.png",
    "http://FOTOS.loja.example.:{port}/a.png",
    "http://meio.loja.example:{port}/a.png",
    "http://v6.loja.example:{port}/a.png",
    "http://10.0.0.1:{port}/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.168.0.1:{port}/a.png",
    "http://100.64.0.1/a.png",
    "http://224.0.0.1/a.png",
)


@pytest.mark.parametrize("disguise", _DISGUISES)
async def test_no_fetch_reaches_a_forbidden_address(fetching_shop: Any, source: Source, disguise: str) -> None:
    forbidden = disguise.format(port=source.forbidden_port)
    by_redirect = source.url("/to?where=" + forbidden.replace("#", "%23"))
    found = await _fetched(fetching_shop, forbidden, by_redirect)
    assert [status for status, _ in found] == ["failed", "failed"]
    assert {error for _, error in found} == {"not_allowed"}
    assert source.touched == []


async def test_a_name_that_may_be_reached_at_one_port_only_is_refused_at_another(
    fetching_shop: Any, source: Source
) -> None:
    name = "http://fotos.loja.example"
    found = await _fetched(fetching_shop, f"{name}:{source.port}/a.png", f"{name}:{source.forbidden_port}/a.png")
    assert found == [("ready", None), ("failed", "not_allowed")]
    assert source.touched == []


async def test_a_name_that_nobody_knows_is_unreachable(fetching_shop: Any) -> None:
    assert await _fetched(fetching_shop, "http://nome.invalid/a.png") == [("failed", "unreachable")]


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert is_public(text)


@pytest.mark.parametrize("text", ["", "example.com", "fe80::1%eth0", "fc00::1", "ff02::1", "::", "255.255.255.255"])
def test_others_are_not(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"allow": ["127.0.0.1"]}, "an address and a port"),
        ({"allow": "127.0.0.1:80"}, "image_fetching is"),
        ({"allow": ["localhost:80"]}, "an address and a port"),
        ({"allow": ["127.0.0.1:0"]}, "an address and a port"),
        ({"hosts": {"a": []}}, "hosts['a'] must be a list"),
        ({"hosts": {"a": ["b"]}}, "hosts['a'] must be a list"),
        ({"seconds": 0}, "seconds of image_fetching"),
        ({"other": 1}, "unknown key 'other'"),
        (True, "image_fetching must be an object"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(empty_shop: Any, settings: Any, words: str) -> None:
    answer = await empty_shop.door("POST", "", {"name": "demo", "image_fetching": settings})
    assert answer.status == 400
    assert words in answer.body["error"]
