"""The fake ERP on loopback ports, asked by a bare client that knows nothing but the contract."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from fake_erp.app import FakeErp
from scenarios.harness.clock import StandingClock

BOM = b"\xef\xbb\xbf"


@dataclass
class Reply:
    """What came back, with its body as bytes."""

    status: int
    headers: Any
    body: bytes

    @property
    def retorno(self) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(self.body.removeprefix(BOM))
        inner: dict[str, Any] = document["retorno"]
        return inner

    @property
    def code(self) -> int | None:
        code = self.retorno.get("codigo_erro")
        return None if code is None else int(code)


SAMPLE: dict[str, Any] = {
    "data_pedido": "03/08/2026",
    "numero_pedido_ecommerce": "100245",
    "id_ecommerce": 8123,
    "ecommerce": "Webstore",
    "situacao": "aprovado",
    "cliente": {
        "codigo": "WS-88213",
        "nome": "Marina Prado Amostra",
        "tipo_pessoa": "F",
        "cpf_cnpj": "11144477735",
        "endereco": "Rua das Amostras",
        "cep": "88010000",
        "cidade": "Florianópolis",
        "uf": "SC",
    },
    "itens": [
        {
            "item": {
                "codigo": "CAN-01",
                "descricao": "Caneca branca",
                "unidade": "UN",
                "quantidade": "2",
                "valor_unitario": "29.90",
            }
        }
    ],
    "marcadores": [{"marcador": {"descricao": "webstore"}}],
    "forma_pagamento": "pix",
    "parcelas": [{"parcela": {"dias": "0", "data": "03/08/2026", "valor": "69.70", "forma_pagamento": "pix"}}],
    "frete_por_conta": "R",
    "valor_frete": "14.90",
    "valor_desconto": "5.00",
    "obs": "Pedido Webstore 100245",
}


def packed(**changed: Any) -> str:
    """The field `pedido` of the contract's sample, with these fields changed; None leaves one out."""
    order = {name: value for name, value in {**SAMPLE, **changed}.items() if value is not None}
    return orjson.dumps({"pedido": order}).decode()


class Erp:
    """The running fake. `call` is the documented dialect: a POST form. `sample` is an order to insert."""

    sample = SAMPLE

    def __init__(self, fake: FakeErp, session: aiohttp.ClientSession, api: str, door: str) -> None:
        self.fake = fake
        self.session = session
        self.api = api
        self.door_address = door

    async def send(self, method: str, service: str, **options: Any) -> Reply:
        async with self.session.request(method, f"{self.api}/api2/{service}", **options) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def call(self, service: str, token: str, *, headers: dict[str, str] | None = None, **params: Any) -> Reply:
        form = {"token": token, "formato": "json", **{name: str(value) for name, value in params.items()}}
        return await self.send("POST", service, data=form, headers=headers)

    async def door(self, method: str, path: str, document: Any = None) -> Any:
        """What the control door answers; the document only."""
        return (await self.door_status(method, path, document))[1]

    async def door_status(self, method: str, path: str, document: Any = None) -> tuple[int, Any]:
        body = None if document is None else orjson.dumps(document)
        async with self.session.request(method, f"{self.door_address}/__fake__/{path}", data=body) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def world(self, name: str = "loja", **settings: Any) -> dict[str, Any]:
        """A world made through the door, calm unless asked otherwise."""
        status, made = await self.door_status("POST", "worlds", {"name": name, "moods": False, **settings})
        assert status == 201, made
        described: dict[str, Any] = made
        return described

    async def products(self, name: str = "loja") -> list[dict[str, Any]]:
        truth: list[dict[str, Any]] = (await self.door("GET", f"worlds/{name}/products"))["products"]
        return truth

    async def orders(self, name: str = "loja") -> list[dict[str, Any]]:
        truth: list[dict[str, Any]] = (await self.door("GET", f"worlds/{name}/orders"))["orders"]
        return truth

    async def contacts(self, name: str = "loja") -> list[dict[str, Any]]:
        truth: list[dict[str, Any]] = (await self.door("GET", f"worlds/{name}/contacts"))["contacts"]
        return truth

    async def deliveries(self, name: str = "loja") -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = (await self.door("GET", f"worlds/{name}/deliveries"))["deliveries"]
        return log

    async def flush(self, name: str = "loja") -> dict[str, Any]:
        """Have everything sent that is due."""
        told: dict[str, Any] = await self.door("POST", f"worlds/{name}/deliveries/flush")
        return told

    async def insert(self, token: str, headers: dict[str, str] | None = None, **changed: Any) -> Reply:
        """An order like the contract's sample, with these fields changed; None leaves one out."""
        return await self.call("pedido.incluir.php", token, pedido=packed(**changed), headers=headers)

    async def inserted(self, token: str, **changed: Any) -> int:
        """The id of a new order."""
        return int((await self.insert(token, **changed)).retorno["registros"]["registro"]["id"])

    async def journal(self, name: str = "loja", kind: str = "call") -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = await self.door("GET", f"worlds/{name}/journal?kind={kind}")
        return entries

    async def in_flight(self, calls: int, name: str = "loja") -> None:
        """Return once so many calls of a world are being held."""
        while sum(each["ended"] is None for each in await self.journal(name)) < calls:
            pass

    async def advance(self, seconds: float, name: str = "loja") -> None:
        await self.door("POST", f"worlds/{name}/clock/advance", {"seconds": seconds})


@dataclass
class Received:
    """One request at the platform's door."""

    method: str
    content_type: str
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(self.body)
        return document

    @property
    def dados(self) -> dict[str, Any]:
        content: dict[str, Any] = self.message["dados"]
        return content


class Platform:
    """A platform's webhook door: keeps what comes and answers as told, 200 unless told otherwise."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Received] = []
        self.came = asyncio.Event()
        self.statuses: list[int] = []
        self.status = 200
        self.body = b""
        # What to say to a message; `body` where it is not set.
        self.reply: Callable[[dict[str, Any]], Any] | None = None
        # Nothing is answered before this is set.
        self.gate: asyncio.Event | None = None

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [each.message for each in self.requests if each.method == "POST" and each.body]

    @property
    def dados(self) -> list[dict[str, Any]]:
        return [message["dados"] for message in self.messages]

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        received = Received(request.method, request.content_type, await request.read())
        self.requests.append(received)
        self.came.set()
        if self.gate:
            await self.gate.wait()
        body = orjson.dumps(self.reply(received.message)) if self.reply and received.body else self.body
        return web.Response(status=self.statuses.pop(0) if self.statuses else self.status, body=body)


_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
LISTED = "/configuracoes/integracoes"


class Clerk:
    """A person at the screens of the account `nova`; forms go back with the value that the page holds."""

    def __init__(self, erp: Any) -> None:
        self.erp = erp
        self.base = f"{erp.api}/erp/nova"

    async def page(self, path: str = "") -> tuple[int, str]:
        async with self.erp.session.get(self.base + path) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, seen_on: str, **fields: str) -> tuple[int, str]:
        """What is shown after a form was sent."""
        csrf = _CSRF.search((await self.page(seen_on))[1])
        assert csrf, f"no form on {seen_on}"
        async with self.erp.session.post(self.base + path, data={"csrf": csrf[1], **fields}) as answer:
            return answer.status, await answer.text()

    async def install(self, *names: str) -> None:
        for name in names:
            assert (await self.post(f"/extensoes/{name}/instalar", "/extensoes"))[0] == 200

    async def add_integration(self) -> None:
        assert (await self.post(LISTED, LISTED, nome="Webstore"))[0] == 200

    async def state(self) -> str:
        found = re.search(r'data-field="state">([^<]+)<', (await self.page(LISTED))[1])
        return found[1] if found else ""


async def serve(app: web.Application, runners: list[web.AppRunner]) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    runners.append(runner)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


@pytest.fixture
async def erp() -> AsyncIterator[Erp]:
    fake, runners = FakeErp(StandingClock()), []
    async with aiohttp.ClientSession() as session:
        api, door = await serve(fake.api(), runners), await serve(fake.door(), runners)
        yield Erp(fake, session, api, door)
    for runner in runners:
        await runner.cleanup()
    await fake.worlds.close()


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    door, runners = Platform(), []
    door.url = f"{await serve(door.application(), runners)}/erp/SEGREDO-DA-PORTA"
    yield door
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def clerk(erp: Erp) -> Clerk:
    await erp.world("nova", integrated=False, extensions=[], products=2, variations_share=0, token="token-da-nova")
    return Clerk(erp)
