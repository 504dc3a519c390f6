"""Hostile requests at a fake Webstore: its API, the merchant's panel, the storefront and the control door.

What is begun from are the valid examples of the schemas and the forms that the panel shows. Besides what is looked for
at the ERP, no text that came in through a product or an order may stand on a page as a script, and no address that
came in as a picture may make the server knock at a door of its own machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from random import Random
from typing import Any

import aiohttp
import orjson

import schemas
from fake_webstore import openapi
from fake_webstore.app import FakeWebstore
from fake_webstore.fetching import ANY_NAME
from fake_webstore.serving import serving
from scenarios.harness.clock import StandingClock
from scenarios.harness.running import Addresses
from scenarios.hostile.honest import by_clicking, forms_of
from scenarios.hostile.knocking import client, knock, listening_to_logs
from scenarios.hostile.mangling import Honest, mangled
from scenarios.hostile.report import Report

ROUND = 2500
_SCRIPTS = (b"<script>alert(1)</script>", b"<SCRIPT>alert(1)")
_AGENT = ("User-Agent", "hostile (a@exemplo.com.br)")


_BUYER = {
    "name": "<script>alert(1)</script>",
    "document": "529.982.247-25",
    "foreign": "",
    "email": "a@exemplo.com.br",
    "phone": "(31) 98765-4321",
    "zip_code": "30140-000",
    "street": "Rua <script>alert(1)</script>",
    "number": "1",
    "district": "Centro",
    "city": "Contagem",
    "state": "MG",
    "freight": "SEDEX",
    "payment": "credit_card",
    "card": "4111111111111111",
    "notes": "<script>alert(1)</script>",
}
# How one spells a port of the server's own machine.
_OWN_MACHINE = (
    *("127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f.1", "0177.1", "0", "[::1]", "[::]"),
    *("[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "a@127.0.0.1", "fotos.example", "%31%32%37.0.0.1"),
)


@asynccontextmanager
async def _tripwire(report: Report) -> AsyncIterator[int]:
    """The port of a door on this machine at which nobody may knock."""

    async def knocked(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        report.wrong.append("a picture was fetched from this machine")
        writer.close()

    async with AsyncExitStack() as open_doors:
        first = await open_doors.enter_async_context(await asyncio.start_server(knocked, "127.0.0.1"))
        port = first.sockets[0].getsockname()[1]
        # A machine without IPv6 has no second door.
        with suppress(OSError):
            await open_doors.enter_async_context(await asyncio.start_server(knocked, "::1", port))
        yield port


class _Place:
    """A running fake with one store that has the app, and its owner logged in.

    It fetches pictures, though from nowhere but this machine, at a port where it must not.
    """

    def __init__(
        self, fake: FakeWebstore, merchant: aiohttp.ClientSession, addresses: Addresses, forbidden_port: int
    ) -> None:
        self.fake, self.merchant, self.site, self.door = fake, merchant, addresses.api, addresses.door
        self.forbidden_port = forbidden_port
        self.world = fake.create_world(
            name="demo",
            stores=[{"products": 12, "installed": True}],
            bucket=False,
            image_fetching={"hosts": {ANY_NAME: ["127.0.0.1"]}},
        )
        self.store = next(iter(self.world.stores.values()))
        self.panel, self.shop = f"/demo/painel/{self.store.id}", f"/demo/loja/{self.store.id}"

    async def open(self) -> list[tuple[str, list[Honest]]]:
        """The requests to start from, by where they go."""
        for status in ("paid", "awaiting_payment", "payment_review"):
            await self._ask("POST", "/orders", {"count": 3, "oversell": True, "status": status})
        await self._log_in()
        shown = await by_clicking(self.merchant, self.site, self.panel)
        await self._fill_cart()
        shown += self._filled(await by_clicking(self.merchant, self.site, self.shop))
        calls = self._calls()
        await self._list_pictures(calls[-1])
        return [(self.site, calls), (self.site, shown), (self.door, self._deeds())]

    async def _ask(self, method: str, path: str, document: Any) -> None:
        address = f"{self.door}/__fake__/worlds/demo/stores/{self.store.id}{path}"
        async with self.merchant.request(method, address, data=orjson.dumps(document)) as answer:
            assert answer.status < 300, await answer.text()

    async def _fill_cart(self) -> None:
        """Without anything in it nobody gets to the checkout."""
        product = next(each for each in self.store.products.values() if not each.variants)
        address = f"{self.site}{self.shop}/produto/{product.id}"
        await self._ask("PATCH", f"/products/{product.id}", {"stock": 9000})
        async with self.merchant.get(address) as answer:
            form = next(each for each in forms_of(await answer.text()) if each.method == "POST")
        async with self.merchant.post(address, data=form.fields) as answer:
            assert answer.url.path.endswith("/carrinho"), f"nothing in the cart: HTTP {answer.status}"

    def _filled(self, shown: list[Honest]) -> list[Honest]:
        """What the storefront shows, its checkout filled so that it buys."""
        filled = []
        for each in shown:
            if each.path.endswith("/finalizar") and each.method == "POST":
                buying = replace(each, fields={**each.fields, **_BUYER})
                filled += [buying, replace(buying, path=f"{each.path}/confirmar")] * 3
            filled.append(each)
        return filled

    async def _list_pictures(self, honest: Honest) -> None:
        """Once as they are, so that they are fetched whatever becomes of the others."""
        headers = {**dict(honest.headers), "Content-Type": "application/json"}
        body = orjson.dumps(honest.body)
        async with self.merchant.put(self.site + honest.path, data=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()

    async def _log_in(self) -> None:
        address = "/demo/painel/entrar"
        async with self.merchant.get(self.site + address) as answer:
            [form] = forms_of(await answer.text())
        fields = {**form.fields, "email": self.store.owner_email, "password": self.store.password}
        async with self.merchant.post(self.site + (form.path or address), data=fields) as answer:
            assert answer.url.path == self.panel, f"not logged in: HTTP {answer.status}"

    def _calls(self) -> list[Honest]:
        """Each endpoint, with each valid example of what it takes, about a product or order that is there."""
        assert self.store.installation
        headers = (("Authorization", f"Bearer {self.store.installation.access_token}"), _AGENT)
        product = next(each for each in self.store.products.values() if each.variants)
        about = {
            "{code}": product.code,
            "{variant_id}": str(product.variants[0].id),
            "{world}": "demo",
            "{store_id}": str(self.store.id),
        }
        found = []
        for path, operations in orjson.loads(openapi.api())["paths"].items():
            number = next(iter(self.store.orders)) if "/orders" in path else product.id
            filled = path.replace("{id}", str(number))
            for mark, value in about.items():
                filled = filled.replace(mark, value)
            for method, operation in operations.items():
                query = {each["name"]: "1" for each in operation.get("parameters", ()) if each["in"] == "query"}
                bodies = _examples(operation) or [None]
                found += [Honest(filled, query, body, method.upper(), headers) for body in bodies]
        return [*found, self._pictures(headers)]

    def _pictures(self, headers: tuple[tuple[str, str], ...]) -> Honest:
        """Pictures from this machine, of a product that nothing else is done to."""
        listed = [{"source_url": f"http://{host}:{self.forbidden_port}/a.png"} for host in _OWN_MACHINE]
        product = next(each for each in self.store.products.values() if not each.variants)
        path = f"/demo/api/v1/stores/{self.store.id}/products/{product.id}/images"
        return Honest(path, {}, listed, "PUT", headers)

    def _deeds(self) -> list[Honest]:
        base = f"/__fake__/worlds/demo/stores/{self.store.id}"
        order = next(iter(self.store.orders))
        bodies: list[tuple[str, str, Any]] = [
            ("POST", "/orders", {"count": 1, "payment": "pix", "status": "awaiting_payment", "pay_after": 60}),
            ("POST", "/orders", {"payments": [{"method": "voucher", "amount": "1.99"}, {"method": "credit_card"}]}),
            ("POST", "/products", {"code": "X-1", "name": "<script>alert(1)</script>", "price": "10.00"}),
            ("POST", f"/orders/{order}/refund", {"amount": "1.00"}),
            ("POST", f"/orders/{order}/cancel", {"reason": "customer"}),
            ("PATCH", f"/orders/{order}", {"customer_notes": "<script>alert(1)</script>", "gift": {"message": "x"}}),
            ("POST", "/trade", {"per_hour": 5, "orders": 2, "seed": "s"}),
            ("GET", "/orders", None),
        ]
        return [Honest(base + path, {}, body, method) for method, path, body in bodies]

    async def scripts(self) -> list[str]:
        """Pages on which a text of a product or an order stands as a script."""
        wrong = []
        pages = await by_clicking(self.merchant, self.site, self.panel)
        pages += await by_clicking(self.merchant, self.site, self.shop)
        pages += [Honest(f"{self.shop}/pedido/{order}", {}, method="GET") for order in self.store.purchases.values()]
        for page in pages:
            if page.method == "GET":
                async with self.merchant.get(self.site + page.path, params=page.fields) as answer:
                    body = await answer.read()
                if any(script in body for script in _SCRIPTS):
                    wrong.append(f"{page.path} {page.fields} holds a script")
        return wrong


def _examples(operation: dict[str, Any]) -> list[Any]:
    """The valid examples of what an operation takes."""
    content = operation.get("requestBody", {}).get("content", {})
    shape = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    folder = schemas.ROOT / "webstore" / "examples" / shape
    return [orjson.loads(path.read_bytes()) for path in sorted(folder.glob("valid-*.json"))] if shape else []


async def play(requests: int, seed: str = "1") -> Report:
    """Send so many hostile requests, in rounds that each begin with a fresh platform."""
    report = Report()
    async with listening_to_logs(report) as listener:
        for first in range(0, requests, ROUND):
            fake = FakeWebstore(StandingClock())
            # Cookies of an address without a name; the log-in needs them.
            jar = aiohttp.CookieJar(unsafe=True)
            async with (
                serving(fake) as at,
                client() as stranger,
                client(jar) as merchant,
                _tripwire(report) as forbidden_port,
            ):
                fake.listens_at(at.api)
                place = _Place(fake, merchant, at, forbidden_port)
                targets = await place.open()
                for number in range(first, min(first + ROUND, requests)):
                    random = Random(f"webstore:{seed}:{number}")
                    [(origin, honest)] = random.choices(targets, (75, 12, 13))
                    session = merchant if honest is targets[1][1] else stranger
                    await knock(session, origin, mangled(random.choice(honest), number, random), report)
                    place.world.clock.advance(1)
                    listener.look(number)
                report.wrong += [f"round {first // ROUND}: {line}" for line in await place.scripts()]
                assert place.world.fetcher
                await place.world.fetcher.settled()
    return report
