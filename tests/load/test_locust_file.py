"""The load file, run as an engineer runs it: what it counts is what the connector kept, and its secret stays secret."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from connector.store.tables import inbox
from scenarios.runner.stage import COMPANY, Stage

LOCUST_FILE = Path(__file__).parents[2] / "load" / "locustfile.py"
SECRET = "s3gr3d0-da-p0rta"
ELSEWHERE = f"https://conector.example/erp/estoque/{SECRET}"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Run:
    """A run that has ended: `artifacts` are both outputs and every file that it wrote."""

    code: int | None
    text: str
    artifacts: list[bytes]

    def numbers(self) -> tuple[int, int, int]:
        """Sent, accepted and refused or unanswered, by the summary."""
        found = re.search(r"(\d+) sent, (\d+) accepted, (\d+) refused or unanswered; [\d.]+ accepted a sec", self.text)
        assert found, self.text
        sent, accepted, refused = (int(number) for number in found.groups())
        return sent, accepted, refused


@asynccontextmanager
async def _started(*arguments: object, door: str | None, log_level: str = "DEBUG") -> AsyncIterator[Any]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "locust", "-f", str(LOCUST_FILE), "--loglevel", log_level, *map(str, arguments)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=kept if door is None else {**kept, "CONNECTOR_STOCK_DOOR": door},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _run(folder: Path, *arguments: object, door: str | None, until: asyncio.Event | None = None) -> Run:
    """Run it to its end, or end it by SIGTERM as soon as `until` is set."""
    reports = folder / "reports"
    written = ("--csv", reports / "load", "--html", reports / "load.html")
    async with _started("--headless", *arguments, *written, door=door) as process:
        if until is not None:
            await asyncio.wait_for(until.wait(), 30)
            process.send_signal(signal.SIGTERM)
        outputs = await asyncio.wait_for(process.communicate(), 60)
    files = [path.read_bytes() for path in reports.glob("*")] if reports.exists() else []
    return Run(process.returncode, b"".join(outputs).decode(), [*outputs, *files])


def _leaks(run: Run, door: str) -> list[bytes]:
    secret = door.rsplit("/", 1)[1].encode()
    return [artifact for artifact in run.artifacts if secret in artifact]


def _products(folder: Path, content: object) -> tuple[object, ...]:
    path = folder / "products.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return "--products", path, "--company", "11222333000181", "--integrator-id", 8123


@asynccontextmanager
async def _server(handler: Handler) -> AsyncIterator[str]:
    """Something that is no connector: its door's address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url(f"/erp/estoque/{SECRET}"))


async def _connected(start: Callable[..., Any], **erp: Any) -> tuple[Stage, str, str]:
    """A stage whose catalogue is pulled, its stock door and the world behind the fake ERP's control door."""
    stage: Stage = await start(erp={"products": 2, "plan": "potencializar", **erp})
    await stage.connect()
    await stage.until_pulled()
    base = next(address for address in _addresses(stage) if "__fake__" in address)
    return stage, stage.product.env.door_url(await stage.store()), base


def _addresses(stage: Stage) -> Iterable[str]:
    return (f"{value}/{COMPANY}" for value in vars(stage.erp_door).values() if isinstance(value, str))


async def _kept(stage: Stage) -> list[sa.Row[Any]]:
    def read(c: sa.Connection) -> list[sa.Row[Any]]:
        chosen = sa.select(inbox.c.body, inbox.c.reason, inbox.c.dealt_with)
        return list(c.execute(chosen.where(inbox.c.source == "erp").order_by(inbox.c.id)))

    return await stage.product.env.db.read(read)


async def test_every_accepted_message_is_kept_and_tells_what_the_erp_had(
    stage: Callable[..., Any], tmp_path: Path
) -> None:
    opened, door, world = await _connected(stage, variations_share=0.0)
    for product in await opened.erp_products():
        # What is reserved does not count in physical mode.
        await opened.erp_door.send("POST", "/stock", {"idProduto": product["id"], "saldoReservado": "5"})
    run = await _run(tmp_path, *("-u", 5, "-r", 5, "-t", "2s", "--erp-door", world, "--move"), door=door)
    assert run.code == 0, run.text
    sent, accepted, refused = run.numbers()
    assert sent == accepted > 0 and refused == 0
    assert len(await _kept(opened)) == accepted
    assert len(run.artifacts) >= 6 and _leaks(run, door) == []
    rows = list(csv.DictReader((tmp_path / "reports" / "load_stats.csv").open()))
    assert {row["Name"] for row in rows} == {"stock webhook", "fake ERP: move stock", "Aggregated"}

    async def dealt_with() -> bool:
        return all(row.dealt_with for row in await _kept(opened))

    await opened.until(dealt_with, "every message dealt with")
    messages = await _kept(opened)
    assert {row.reason for row in messages} == {None}
    moved = [entry["quantidade"] for entry in opened.erp.journal if "quantidade" in entry]
    assert sorted(moved) == sorted(int(json.loads(row.body)["dados"]["saldo"]) for row in messages)


async def test_without_moving_it_repeats_what_the_world_sends_of_active_products(
    stage: Callable[..., Any], tmp_path: Path
) -> None:
    opened, door, world = await _connected(stage, send_physical=False, variations_share=0.5)
    parent, simple = sorted(await opened.erp_products(), key=lambda product: not product["variacoes"])
    await opened.erp_door.send("PATCH", f"/products/{simple['id']}", {"situacao": "I"})
    for variation in parent["variacoes"]:
        reserved = {"idProduto": variation["id"], "saldoReservado": "3"}
        await opened.erp_door.send("POST", "/stock", reserved)
    run = await _run(tmp_path, *("-u", 2, "-r", 2, "-t", "1s", "--erp-door", world), door=door)
    assert run.code == 0, run.text
    messages = [json.loads(row.body) for row in await _kept(opened)]
    assert len(messages) == run.numbers()[1] > 0
    told = {m["dados"]["idProduto"]: Decimal(m["dados"]["saldo"]) for m in messages}
    assert told == {v["id"]: Decimal(v["saldo"]) - 3 for v in parent["variacoes"]}
    assert {(m["cnpj"], m["idEcommerce"], m["dados"]["tipoEstoque"]) for m in messages} == {
        (opened.erp.company.cnpj, 8123, "D")
    }


async def test_a_wrong_secret_fails(stage: Callable[..., Any], tmp_path: Path) -> None:
    opened: Stage = await stage(erp={"products": 0})
    door = f"{opened.url}/erp/estoque/{SECRET}"
    run = await _run(tmp_path, *("-u", 2, "-t", "1s", *_products(tmp_path, [{"id": 1, "code": "A"}])), door=door)
    sent, accepted, refused = run.numbers()
    assert run.code == 1 and sent == refused > 0 == accepted
    assert "status 404" in run.text and _leaks(run, door) == []


async def test_where_nobody_listens_every_message_fails_and_the_error_names_no_address(tmp_path: Path) -> None:
    door = f"http://127.0.0.1:{unused_port()}/erp/estoque/{SECRET}"
    run = await _run(tmp_path, "-t", "1s", *_products(tmp_path, [{"id": 1, "code": "A"}]), door=door)
    assert run.code == 1 and run.numbers()[1] == 0
    assert "no whole answer: ConnectionRefusedError" in run.text and _leaks(run, door) == []


@pytest.mark.parametrize(
    ("status", "headers", "failure"),
    [
        (201, {}, "status 201"),
        (307, {"Location": "/elsewhere"}, "status 307"),
        (200, {"Content-Length": "9"}, "no whole answer"),
    ],
)
async def test_only_a_whole_200_is_a_success(
    tmp_path: Path, status: int, headers: dict[str, str], failure: str
) -> None:
    paths: set[str] = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        paths.add(request.path)
        response = web.StreamResponse(status=status, headers={"Content-Length": "0", **headers})
        await response.prepare(request)
        if headers.get("Content-Length"):
            await response.write(b"cut")
            assert request.transport is not None
            request.transport.abort()
        return response

    async with _server(answer) as door:
        run = await _run(tmp_path, "-t", "1s", *_products(tmp_path, [{"id": 1, "code": "A"}]), door=door)
    assert run.code == 1 and run.numbers()[1] == 0 and failure in run.text
    assert "Traceback" not in run.text and len(paths) == 1 and _leaks(run, door) == []


async def test_a_run_that_sent_nothing_fails(tmp_path: Path) -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async with _server(never) as door:
        arguments = ("-t", "1s", "--stop-timeout", 1, *_products(tmp_path, [{"id": 1, "code": "A"}]))
        run = await _run(tmp_path, *arguments, door=door)
    assert run.code == 1 and "nothing was sent" in run.text and _leaks(run, door) == []


async def test_it_is_bounded_by_itself_and_finishes_what_is_under_way_when_ended_early(tmp_path: Path) -> None:
    received, all_under_way = 0, asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        nonlocal received
        received += 1
        if received == 3:
            all_under_way.set()
        await asyncio.sleep(1)
        return web.Response()

    async with _server(slow) as door:
        products = _products(tmp_path, [{"id": 1, "code": "A", "balance": "5.25"}])
        run = await _run(tmp_path, "-u", 3, "-r", 3, *products, door=door, until=all_under_way)
    assert run.code == 0 and run.numbers() == (received, received, 0)
    assert "ends after 60 s" in run.text and "Run time limit set to 60 seconds" in run.text


async def test_a_seed_tells_what_each_user_sends(tmp_path: Path) -> None:
    sent: dict[str, list[bytes]] = {}

    async def record(request: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        sent.setdefault(request.query["run"], []).append(await request.read())
        return web.Response()

    products = _products(tmp_path, [{"id": n, "code": f"C{n}"} for n in range(50)])
    async with _server(record) as door:
        seeds = {"a": 7, "b": 7, "c": 8}
        runs = [
            _run(tmp_path / name, "-t", "2s", "--seed", seed, *products, door=f"{door}?run={name}")
            for name, seed in seeds.items()
        ]
        assert [run.code for run in await asyncio.gather(*runs)] == [0, 0, 0]
    # How many there are depends on how busy the machine is.
    fewest = min(map(len, sent.values()))
    first = {name: bodies[:fewest] for name, bodies in sent.items()}
    assert first["a"] == first["b"] != first["c"] and fewest >= 5


_GOOD = f"http://127.0.0.1:9/erp/estoque/{SECRET}"


@pytest.mark.parametrize(
    ("door", "says"),
    [
        (None, "CONNECTOR_STOCK_DOOR is not set"),
        ("", "CONNECTOR_STOCK_DOOR is not set"),
        (SECRET, "CONNECTOR_STOCK_DOOR is not an address"),
        (f"127.0.0.1:8080/erp/estoque/{SECRET}", "CONNECTOR_STOCK_DOOR is not an address"),
        (f"http://127.0.0.1:port/{SECRET}", "CONNECTOR_STOCK_DOOR is not an address"),
        (f"http://[::1/{SECRET}", "CONNECTOR_STOCK_DOOR is not an address"),
        (f"http://127.0.0.1\n/{SECRET}", "CONNECTOR_STOCK_DOOR is not an address"),
        (f"http://conector.example\\@127.0.0.1/{SECRET}", "CONNECTOR_STOCK_DOOR is not an address"),
        ("http://127.0.0.1:8080", "CONNECTOR_STOCK_DOOR has no path"),
        (ELSEWHERE, "CONNECTOR_STOCK_DOOR leads to another machine"),
        (f"http://10.0.0.1/{SECRET}", "CONNECTOR_STOCK_DOOR leads to another machine"),
        (f"http://127.0.0.1.example/{SECRET}", "CONNECTOR_STOCK_DOOR leads to another machine"),
        (f"http://{SECRET}", "CONNECTOR_STOCK_DOOR leads to another machine"),
    ],
)
async def test_a_wrong_address_is_refused_without_being_told(tmp_path: Path, door: str | None, says: str) -> None:
    run = await _run(tmp_path, *_products(tmp_path, [{"id": 1, "code": "A"}]), door=door)
    _assert_refused(run, says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[{", "is no JSON"),
        ({"id": 1}, "must hold a list"),
        ([], "at least one is needed"),
        ([{"id": 1, "code": "A"}, {"id": 2}], "entry 2: an entry is"),
        ([{"id": "x", "code": "A"}], 'entry 1: "id" is'),
        ([{"id": 1, "code": 4711}], 'entry 1: "code" is'),
        ([{"id": 1, "code": "A", "balance": "many"}], 'entry 1: "balance" is'),
    ],
)
async def test_a_wrong_file_is_refused(tmp_path: Path, content: object, says: str) -> None:
    run = await _run(tmp_path, *_products(tmp_path, content), door=_GOOD)
    _assert_refused(run, says)
    assert "products.json" in run.text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give either --erp-door or --products"),
        (["--products", "missing.json", "--company", "1", "--integrator-id", "1"], "missing.json cannot be read"),
        (["--products", "missing.json"], "needs --company and --integrator-id"),
        (["--products", "missing.json", "--move"], "--move needs --erp-door"),
        (["--erp-door", "http://127.0.0.1:9/__fake__/worlds/x"], "--erp-door does not answer"),
        (["--erp-door", "https://erp.example/__fake__/worlds/x"], "--erp-door leads to another machine"),
        (["--erp-door", "x"], "--erp-door is not an address"),
        (["--host", "http://127.0.0.1:9"], "leave out --host"),
        (["--processes", "2"], "leave out --processes"),
    ],
)
async def test_wrong_options_are_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    _assert_refused(await _run(tmp_path, *arguments, door=_GOOD), says)


async def test_a_page_that_is_no_world_is_refused(stage: Callable[..., Any], tmp_path: Path) -> None:
    opened: Stage = await stage(erp={"products": 1})
    base = next(iter(_addresses(opened)))
    worlds = base.removesuffix(f"/{COMPANY}")
    for address, says in (
        (worlds, "--erp-door is no world"),
        (f"{worlds}/nobody", "--erp-door answered 404"),
        (f"{opened.url}/health", "--erp-door"),
    ):
        _assert_refused(await _run(tmp_path, "--erp-door", address, door=_GOOD), says)


async def test_without_headless_it_does_not_start(tmp_path: Path) -> None:
    async with _started("--web-host", "127.0.0.1", "--web-port", unused_port(), door=_GOOD) as process:
        outputs = await asyncio.wait_for(process.communicate(), 60)
    _assert_refused(Run(process.returncode, b"".join(outputs).decode(), list(outputs)), "add --headless")


def _assert_refused(run: Run, says: str) -> None:
    assert run.code == 1, run.text
    assert f"Not started: {says}" in run.text or ("Not started: " in run.text and says in run.text)
    assert "Traceback" not in run.text and "sent, " not in run.text
    assert not any(SECRET.encode() in artifact for artifact in run.artifacts)
