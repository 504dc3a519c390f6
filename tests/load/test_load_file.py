"""The load file, run as an engineer runs it: what it counts is what the connector kept, and its secret stays secret."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from connector.store.tables import inbox
from scenarios.runner.stage import Stage

LOCUST_FILE = Path(__file__).parents[2] / "load" / "stock_webhooks.py"
SECRET = "s3gr3d0-da-p0rta"
ELSEWHERE = f"https://conector.example/erp/estoque/{SECRET}"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Run:
    """A run that has ended: `artifacts` are both outputs and every file that it wrote."""

    code: int | None
    text: str
    artifacts: list[bytes]

    def numbers(self) -> tuple[int, int]:
        """Sent and accepted, by the summary and the accounting."""
        sent = re.search(r"(\d+) planned, (\d+) sent", self.text)
        assert sent, self.text
        refused = re.search(r"(\d+) not accepted", self.text)
        return int(sent[2]), int(sent[2]) - int(refused[1] if refused else 0)


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
    written = ("--csv", reports / "load", "--html", reports / "load.html", "--folder", reports)
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


# Nothing but messages of stock, each once.
PLAIN = ("--repeated", 0, "--overtaken", 0, "--unmapped", 0, "--foreign", 0, "--malformed", 0)


@asynccontextmanager
async def _server(handler: Handler) -> AsyncIterator[str]:
    """Something that is no connector: its door's address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url(f"/erp/estoque/{SECRET}"))


async def _connected(start: Callable[..., Any], **erp: Any) -> tuple[Stage, str, str, str]:
    """A stage whose catalogue is pulled, its stock door, the ERP's world and the shop's store at the control doors."""
    stage: Stage = await start(erp={"products": 3, "plan": "potencializar", **erp})
    await stage.connect()
    await stage.until_pulled()
    shop = f"{stage.shop_door.address}/stores/{stage.store_id()}"
    return stage, stage.product.env.door_url(await stage.store()), stage.erp_door.address, shop


async def _kept(stage: Stage) -> list[sa.Row[Any]]:
    def read(c: sa.Connection) -> list[sa.Row[Any]]:
        chosen = sa.select(inbox.c.body, inbox.c.reason, inbox.c.dealt_with)
        return list(c.execute(chosen.where(inbox.c.source == "erp").order_by(inbox.c.id)))

    return await stage.product.env.db.read(read)


async def test_every_accepted_message_is_kept_tells_what_the_erp_had_and_is_accounted_for(
    stage: Callable[..., Any], tmp_path: Path
) -> None:
    opened, door, world, shop = await _connected(stage, variations_share=0.5)
    doors = ("--erp-door", world, "--shop-door", shop, "--drain-within", 120)
    run = await _run(tmp_path, *PLAIN, "--shape", "poisson:20", "--seconds", 2, *doors, door=door)
    assert run.code == 0, run.text
    sent, accepted = run.numbers()
    messages = await _kept(opened)
    assert sent == accepted == len(messages) > 20
    assert _leaks(run, door) == []
    rows = list(csv.DictReader((tmp_path / "reports" / "load_stats.csv").open()))
    assert {row["Name"] for row in rows} == {"stock webhook", "fake ERP: move stock", "Aggregated"}
    told = sorted(Decimal(json.loads(row.body)["dados"]["saldo"]) for row in messages)
    assert told == sorted(movement.after for movement in opened.erp.movements[-sent:])
    outcome = json.loads((tmp_path / "reports" / "outcome.json").read_text())
    assert outcome["verdict"] == "pass" and outcome["bad"] == [] and outcome["never_fresh"] == 0
    assert sum(outcome["fates"].values()) == sent
    assert set(outcome["fates"]) <= {"applied", "shown already", "superseded"}
    assert [each.split(",")[0] for each in outcome["unchecked"]] == [
        "whether each accepted message was kept",
        "whether the connector has work left when both sides are equal: no address of `metrics` was given",
    ]
    junit = ElementTree.parse(tmp_path / "reports" / "junit.xml").getroot()
    assert (junit.get("failures"), junit.get("errors")) == ("0", "0")
    page = (tmp_path / "reports" / "report.html").read_text()
    assert "http://" not in page and "Every message accounted for" in page


async def test_messages_that_must_change_nothing_change_nothing(stage: Callable[..., Any], tmp_path: Path) -> None:
    opened, door, world, shop = await _connected(stage, variations_share=0.0)
    strange = ("--repeated", 0.2, "--unmapped", 0.2, "--foreign", 0.2, "--malformed", 0.2)
    doors = ("--erp-door", world, "--shop-door", shop, "--drain-within", 120)
    run = await _run(tmp_path, *strange, "--shape", "constant:30", "--seconds", 2, *doors, door=door)
    assert run.code == 0, run.text
    reasons = Counter(row.reason for row in await _kept(opened))
    assert set(reasons) == {None, "message_foreign", "not_linked"} and min(reasons.values()) > 3
    # What is no JSON is put aside.
    assert sum(reasons.values()) < 60


async def test_a_shop_that_does_not_follow_is_found_and_its_messages_are_named(
    stage: Callable[..., Any], tmp_path: Path
) -> None:
    """The messages are answered by somebody who throws them away."""
    opened, _, world, shop = await _connected(stage, variations_share=0.0)
    await opened.stop_connector()

    async def forget(_: web.Request) -> web.Response:
        return web.Response()

    async with _server(forget) as door:
        doors = ("--erp-door", world, "--shop-door", shop, "--drain-within", 1)
        run = await _run(tmp_path, *PLAIN, "--shape", "constant:10", "--seconds", 1, *doors, door=door)
    assert run.code == 1, run.text
    named = re.findall(
        r"BAD  message (\d+) \(account, stock of \S+: \d+, answered .*\) lost: ERP \d+, shop \d+", run.text
    )
    assert len(named) >= 3 and "Verdict: fail" in run.text
    assert 'failures="0"' not in (tmp_path / "reports" / "junit.xml").read_text()


async def test_a_wrong_secret_fails(stage: Callable[..., Any], tmp_path: Path) -> None:
    opened: Stage = await stage(erp={"products": 0})
    door = f"{opened.url}/erp/estoque/{SECRET}"
    products = _products(tmp_path, [{"id": 1, "code": "A"}])
    run = await _run(tmp_path, "--shape", "constant:10", "--seconds", 1, *products, door=door)
    assert run.code == 1 and run.numbers() == (10, 0)
    assert "status 404" in run.text and _leaks(run, door) == []


async def test_where_nobody_listens_every_message_fails_and_the_error_names_no_address(tmp_path: Path) -> None:
    door = f"http://127.0.0.1:{unused_port()}/erp/estoque/{SECRET}"
    products = _products(tmp_path, [{"id": 1, "code": "A"}])
    run = await _run(tmp_path, "--shape", "constant:10", "--seconds", 1, *products, door=door)
    assert run.code == 1 and run.numbers() == (10, 0)
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
        products = _products(tmp_path, [{"id": 1, "code": "A"}])
        run = await _run(tmp_path, "--shape", "constant:10", "--seconds", 1, *products, door=door)
    assert run.code == 1 and run.numbers() == (10, 0) and failure in run.text
    assert "Traceback" not in run.text and len(paths) == 1 and _leaks(run, door) == []


async def test_a_target_that_stalls_is_charged_with_what_waited_for_it(tmp_path: Path) -> None:
    """A stall of a second at 50 a second with two connections: some fifty messages wait; a closed model hides it."""
    stalled = asyncio.Event()
    begun = asyncio.get_running_loop().time

    async def pause(_: web.Request) -> web.Response:
        if not stalled.is_set():
            first.append(begun())
            if begun() - first[0] > 1:
                stalled.set()
                await asyncio.sleep(1)
        elif begun() - first[0] < 2:
            await asyncio.sleep(max(0.0, first[0] + 2 - begun()))
        return web.Response()

    products = _products(tmp_path, [{"id": 1, "code": "A"}])
    load = (*PLAIN, "--shape", "constant:50", "--seconds", 4, "--connections", 2, *products)
    found = {}
    for model in ("open", "closed"):
        stalled, first = asyncio.Event(), list[float]()
        async with _server(pause) as door:
            await _run(tmp_path / model, *load, "--model", model, "--budget", "latency_p99_ms=5000", door=door)
        found[model] = json.loads((tmp_path / model / "reports" / "outcome.json").read_text())
    lateness = found["open"]["lateness"]
    assert lateness["late_for_connection"] > 30 and lateness["dropped"] == 0
    assert found["open"]["latency_ms"]["intended"]["p99"] > 800
    # Two of its messages saw the stall.
    assert found["closed"]["latency_ms"]["intended"]["p90"] < 500
    assert found["closed"]["lateness"]["late"] == 0


async def test_a_run_that_is_ended_early_finishes_what_is_under_way_and_is_unknown(tmp_path: Path) -> None:
    received, all_under_way = 0, asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        nonlocal received
        received += 1
        if received == 3:
            all_under_way.set()
        await asyncio.sleep(0.5)
        return web.Response()

    async with _server(slow) as door:
        products = _products(tmp_path, [{"id": 1, "code": "A", "balance": "5.25"}])
        load = ("--shape", "constant:5", "--seconds", 60, *products)
        run = await _run(tmp_path, *load, door=door, until=all_under_way)
    assert run.code == 3 and "dropped_share" in run.text and "Verdict: unknown" in run.text
    assert "Traceback" not in run.text


async def test_a_closed_run_that_is_ended_early_is_unknown(tmp_path: Path) -> None:
    some = asyncio.Event()

    async def take(_: web.Request) -> web.Response:
        some.set()
        return web.Response()

    async with _server(take) as door:
        products = _products(tmp_path, [{"id": 1, "code": "A"}])
        load = ("--model", "closed", "--shape", "constant:20", "--seconds", 60, *products)
        run = await _run(tmp_path, *load, door=door, until=some)
    assert run.code == 3, run.text
    assert "UNKNOWN  the run was ended early" in run.text and "Verdict: unknown" in run.text


async def test_when_a_closed_run_is_over_nothing_moves_in_the_erp_any_more(
    stage: Callable[..., Any], tmp_path: Path
) -> None:
    opened, door, world, shop = await _connected(stage)
    before = len(opened.erp.movements)
    doors = ("--erp-door", world, "--shop-door", shop, "--drain-within", 120)
    # Ten seconds of messages, for which there is one.
    arrivals = ("--model", "closed", "--shape", "burst:200@20", "--seconds", 1)
    run = await _run(tmp_path, *PLAIN, *arrivals, *doors, door=door)
    assert run.code == 0, run.text
    sent = [json.loads(line) for line in (tmp_path / "reports" / "messages.jsonl").read_text().splitlines()]
    assert len(sent) == 200
    assert 0 < sum(one["movement"] is not None for one in sent) == len(opened.erp.movements) - before < 100


async def test_messages_that_somebody_else_had_kept_before_are_lost(tmp_path: Path) -> None:
    """The same seed, the same bodies: a record that does not grow accounts for nothing."""

    async def forget(_: web.Request) -> web.Response:
        return web.Response()

    products = _products(tmp_path, [{"id": 1, "code": "A", "balance": 5}])
    load = (*PLAIN, "--shape", "constant:5", "--seconds", 1, *products)
    async with _server(forget) as door:
        await _run(tmp_path, *load, door=door)
        messages = (tmp_path / "reports" / "messages.jsonl").read_text().splitlines()
        row = {"store": 1, "received_at": "2026-11-29T15:00:00+00:00", "state": "dealt_with", "reason": None}
        record = tmp_path / "record.jsonl"
        record.write_text("\n".join(json.dumps({**row, "body": json.loads(line)["body"]}) for line in messages))
        run = await _run(tmp_path, *load, "--messages-command", f"cat {record}", door=door)
    assert run.code == 1, run.text
    assert "accounted for: 5 lost" in run.text


async def test_a_run_that_is_not_judged_leaves_no_report_of_an_older_one(tmp_path: Path) -> None:
    async def take(_: web.Request) -> web.Response:
        return web.Response()

    products = _products(tmp_path, [{"id": 1, "code": "A"}])
    load = (*PLAIN, "--shape", "constant:5", "--seconds", 1, *products)
    reports = tmp_path / "reports"
    once = tmp_path / "once.sh"
    once.write_text(f"test -e {tmp_path}/asked && echo hi; touch {tmp_path}/asked")
    async with _server(take) as door:
        assert (await _run(tmp_path, *load, door=door)).code == 0
        assert 'errors="0"' in (reports / "junit.xml").read_text()
        run = await _run(tmp_path, *load, "--messages-command", f"sh {once}", door=door)
        assert run.code == 3 and "Not judged: --messages-command printed something else" in run.text, run.text
        assert 'errors="1"' in (reports / "junit.xml").read_text()
        assert not (reports / "outcome.json").exists() and not (reports / "report.html").exists()
        # Told before anything is sent, where it is wrong from the beginning.
        _assert_refused(await _run(tmp_path, *load, "--messages-command", "echo hi", door=door), "add --json")
    assert not (reports / "junit.xml").exists()


async def test_a_seed_tells_what_is_sent(tmp_path: Path) -> None:
    sent: dict[str, list[bytes]] = {}

    async def record(request: web.Request) -> web.Response:
        sent.setdefault(request.query["run"], []).append(await request.read())
        return web.Response()

    products = _products(tmp_path, [{"id": n, "code": f"C{n}"} for n in range(50)])
    async with _server(record) as door:
        for name, seed in {"a": 7, "b": 7, "c": 8}.items():
            load = ("--shape", "constant:20", "--seconds", 1, "--connections", 1, "--seed", seed, *products)
            await _run(tmp_path / name, *load, door=f"{door}?run={name}")
    assert sent["a"] == sent["b"] != sent["c"] and len(sent["a"]) == 20


async def test_what_is_wrong_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    good = f"http://127.0.0.1:9/erp/estoque/{SECRET}"
    products = _products(tmp_path, [{"id": 1, "code": "A"}])
    for arguments, door, says in (
        ((), None, "give one of --target, --erp-door and --products"),
        (products, None, "CONNECTOR_STOCK_DOOR is not set"),
        ((*products, "--run-time", "5s"), good, "give --seconds instead of --run-time"),
        ((*products, "--host", "http://127.0.0.1:9"), good, "leave out --host"),
        ((*products, "--shape", "square:5"), good, "--shape 'square:5' is none"),
        ((*products, "--unmapped", "1.5"), good, "--unmapped is a share from 0 to 1"),
        ((*products, "--orders", "1"), good, "need both control doors"),
        ((*products, "--stall", "5:2"), good, "--stall and --stall-pid belong together"),
        ((*products, "--budget", "speed=1"), good, "there is no budget 'speed'"),
        ((*products, "--connections", "0"), good, "--connections must be above 0"),
        ((*products, "--stall", "1:4", "--stall-pid", str(2**22 + 1)), good, "is no process that runs"),
        ((*products, "--tags", "some"), good, "leave out --tags"),
    ):
        _assert_refused(await _run(tmp_path, *arguments, door=door), says)


@pytest.mark.parametrize("name", ["StockSender", "Clerk", "Nobody"])
async def test_who_sends_is_not_to_be_chosen(tmp_path: Path, name: str) -> None:
    products = _products(tmp_path, [{"id": 1, "code": "A"}])
    run = await _run(tmp_path, *products, name, door=ELSEWHERE)
    assert run.code == 2 and f"this file's users belong together: leave out {name}" in run.text
    assert len(run.text.splitlines()) == 1


async def test_a_shop_door_that_is_none_is_told_by_its_name(stage: Callable[..., Any], tmp_path: Path) -> None:
    opened: Stage = await stage(erp={"products": 3})
    world = opened.erp_door.address
    for shop, says in (
        (f"{opened.shop_door.address}/stores/1", "--shop-door answered 404: is the fake Webstore running"),
        (world, "--shop-door is no store of a fake Webstore: give one such as"),
    ):
        run = await _run(tmp_path, "--erp-door", world, "--shop-door", shop, door=f"http://127.0.0.1:9/{SECRET}")
        _assert_refused(run, says)


async def test_without_headless_it_does_not_start() -> None:
    async with _started("--web-host", "127.0.0.1", "--web-port", unused_port(), door=ELSEWHERE) as process:
        outputs = await asyncio.wait_for(process.communicate(), 60)
    _assert_refused(Run(process.returncode, b"".join(outputs).decode(), list(outputs)), "add --headless")


def _assert_refused(run: Run, says: str) -> None:
    assert run.code == 2, run.text
    assert "Not started: " in run.text and says in run.text, run.text
    assert "Traceback" not in run.text and "sent, " not in run.text
    assert not any(SECRET.encode() in artifact for artifact in run.artifacts)
