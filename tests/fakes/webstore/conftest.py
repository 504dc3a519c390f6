"""A fake Webstore on loopback ports, its clock standing still unless a test advances it; bare HTTP clients."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

import schemas
from fake_webstore.app import FakeWebstore
from scenarios.harness.clock import StandingClock


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def details(self) -> set[tuple[str | None, str]]:
        return {(detail["field"], detail["code"]) for detail in self.body["error"]["details"]}


class Shop:
    """The world `demo` of a fake, with one store that has the app, spoken to from outside."""

    def __init__(self, http: aiohttp.ClientSession, origin: str, door: str) -> None:
        self.http, self.origin, self.door_origin = http, origin, door
        self.world: dict[str, Any] = {}

    async def create(self, **settings: Any) -> None:
        """Make the world; two stores, the first with the app, unless told otherwise."""
        app = {"redirect_uri": "http://127.0.0.1:1/callback", "home_url": "http://127.0.0.1:1/home"}
        document = {"name": "demo", "app": app, "stores": [{"installed": True}, {"installed": True}], **settings}
        answer = await self.door("POST", "", document)
        assert answer.status == 201, answer.body
        self.world = answer.body

    @property
    def store(self) -> dict[str, Any]:
        return dict(self.world["stores"][0])

    @property
    def base(self) -> str:
        return str(self.world["base_url"])

    async def door(self, method: str, path: str, document: Any = None) -> Answer:
        """A request to the control door below `/__fake__/worlds`."""
        url = f"{self.door_origin}/__fake__/worlds{path}"
        async with self.http.request(method, url, json=document) as answer:
            return Answer(answer.status, orjson.loads(await answer.read()), answer.headers)

    async def advance(self, **by: float) -> None:
        seconds = by.get("seconds", 0) + 60 * by.get("minutes", 0) + 3600 * by.get("hours", 0)
        await self.door("POST", "/demo/clock/advance", {"seconds": seconds})

    async def call(
        self, method: str, path: str, document: Any = None, *, store: int = 0, shape: str | None = None, **options: Any
    ) -> Answer:
        """An API call for a store with its own token; `shape` names the schema that the answer must have."""
        about = self.world["stores"][store]
        headers = {"Authorization": f"Bearer {about['access_token']}", "User-Agent": "tests (a@exemplo.com.br)"}
        headers |= options.pop("headers", {})
        url = f"{self.base}/api/v1/stores/{about['id']}{path}"
        if document is not None:
            options["data"] = orjson.dumps(document)
            headers.setdefault("Content-Type", "application/json")
        return await self.send(method, url, headers=headers, shape=shape, **options)

    async def send(self, method: str, url: str, *, shape: str | None = None, **options: Any) -> Answer:
        """Any request; answers that are errors must have the one error shape."""
        async with self.http.request(method, URL(url, encoded=True), **options) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json"
            answer = Answer(response.status, orjson.loads(raw) if raw and is_json else raw.decode(), response.headers)
        if is_json and answer.status >= 400 and shape is None:
            shape = "Error"
        if shape and answer.body:
            for one in answer.body if isinstance(answer.body, list) else [answer.body]:
                assert schemas.problems(f"webstore/{shape}", one) == []
        return answer

    async def put(self, code: str, **fields: Any) -> Answer:
        """An upsert of a simple product."""
        document = {"name": "Caneca", "price": "10.00", **fields}
        return await self.call("PUT", f"/products/by-code/{code}", document)

    async def stocked(self, code: str, quantity: float, **fields: Any) -> int:
        """A simple product with stock; its id."""
        product = int((await self.put(code, **fields)).body["id"])
        await self.call("PUT", f"/products/{product}/stock", {"quantity": quantity})
        return product

    async def checkout(self, store: int = 0, **wish: Any) -> Answer:
        """Place orders through the control door."""
        return await self.door("POST", f"/demo/stores/{self.world['stores'][store]['id']}/orders", wish)

    async def order(self, store: int = 0, **wish: Any) -> dict[str, Any]:
        """One order of one *Caneca* for 10.00 with the code A, unless `items` says otherwise."""
        wish.setdefault("items", [{"code": "A"}])
        answer = await self.checkout(store, **{"oversell": True, "coupon": None, **wish})
        assert answer.status == 201, answer.body
        return dict(answer.body["orders"][0])

    async def on_order(self, order: dict[str, Any], what: str, document: Any = None) -> Answer:
        """The door's `pay` or `cancel`."""
        return await self.door("POST", f"/demo/stores/{order['store_id']}/orders/{order['id']}/{what}", document)

    def merchant(self, store: int = 0) -> Merchant:
        """The owner of a store before the log-in."""
        return Merchant(self, store)

    async def journal(self, kind: str) -> list[dict[str, Any]]:
        return list((await self.door("GET", f"/demo/journal?kind={kind}")).body)


class Merchant:
    """A browser without scripts, logged in to a store."""

    def __init__(self, shop: Shop, store: int = 0) -> None:
        self.shop = shop
        self.about = shop.world["stores"][store]
        self.panel = f"{shop.base}/painel"
        self.home = f"{self.panel}/{self.about['id']}"

    async def log_in(self, password: str | None = None, back: str = "") -> Any:
        page = await self.shop.send("GET", f"{self.panel}/entrar")
        form = {
            "csrf": self.csrf_of(page.body),
            "email": self.about["email"],
            "password": password or self.about["password"],
            "back": back,
        }
        return await self.shop.send("POST", f"{self.panel}/entrar", data=form, allow_redirects=False)

    async def get(self, path: str = "") -> Any:
        return await self.shop.send("GET", f"{self.home}{path}", allow_redirects=False)

    async def post(self, path: str, form: dict[str, str], csrf: str | None = None) -> Any:
        csrf = csrf or self.csrf_of((await self.get("/aplicativos")).body)
        return await self.shop.send("POST", f"{self.home}{path}", data={"csrf": csrf, **form}, allow_redirects=False)

    async def save(self, token: str, registration: str = "existing") -> Any:
        return await self.post("/aplicativos/erp/configurar", {"registration": registration, "token": token})

    def csrf_of(self, page: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found
        return found[1]


@pytest.fixture
async def fake() -> AsyncIterator[FakeWebstore]:
    one = FakeWebstore(StandingClock())
    yield one
    await one.close()


@pytest.fixture
async def empty_shop(fake: FakeWebstore) -> AsyncIterator[Shop]:
    """Servers without a world."""
    site, door = TestServer(fake.site()), TestServer(fake.door())
    await site.start_server(access_log=None)
    await door.start_server(access_log=None)
    fake.public_url = f"http://127.0.0.1:{site.port}"
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Shop(http, fake.public_url, f"http://127.0.0.1:{door.port}")
    await site.close()
    await door.close()


@pytest.fixture
async def shop(empty_shop: Shop) -> Shop:
    await empty_shop.create(bucket=False)
    return empty_shop


@pytest.fixture
async def merchant(shop: Shop) -> Merchant:
    """The owner of the first store, logged in."""
    one = shop.merchant()
    assert (await one.log_in()).status == 303
    return one


@dataclass
class Receiver:
    """An address that takes webhooks; `statuses` are its next answers, then `usual`."""

    url: str = ""
    usual: int = 200
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, body in self.got]

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else self.usual
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    app = web.Application()
    app.router.add_post("/hook", one.take)
    app.router.add_post("/other", one.take)
    server = TestServer(app)
    await server.start_server(access_log=None)
    one.url = f"http://127.0.0.1:{server.port}/hook"
    yield one
    await server.close()
