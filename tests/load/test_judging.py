"""The judgement as a program: it waits while the connector has work, and what it cannot judge is unknown."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from connector.store.backlog import Backlog
from connector.web.measures import of_backlog
from load.judging.draining import Drain, Ends, until_drained
from load.judging.fates import Untold
from load.judging.reading import CannotJudge, Doors
from load.metrics import work_left
from load.recording import BEFORE, MESSAGES, REPORTS, RUN
from load.sender import NOT_MOVED

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NOW = datetime(2026, 8, 3, tzinfo=UTC)


def _figures(**counts: int) -> str:
    """As the connector itself tells them."""
    states = {(state, ""): count for state, count in counts.items()}
    return of_backlog(Backlog(counts=states, oldest_due_at=NOW if counts.get("due") else None), NOW).decode()


def test_what_is_due_or_will_be_tried_again_is_left() -> None:
    assert work_left(_figures()) == 0
    assert work_left(_figures(due=3, failed=2, parked=5, dead=7)) == 5
    with_reason = Backlog(counts={("due", "level"): 1, ("failed", 'quota "minute"'): 1}, oldest_due_at=NOW)
    assert work_left(of_backlog(with_reason, NOW).decode()) == 2


@pytest.mark.parametrize("text", ["", "404: Not Found", "python_info 1.0\n", "connector_backlog_seconds_more 1\n"])
def test_what_tells_no_backlog_is_no_connector(text: str) -> None:
    assert work_left(text) is None


@asynccontextmanager
async def _server(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/metrics", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/metrics"))


def _ends(metrics: str | None, command: tuple[str, ...] = (), within: float = 30.0) -> Ends:
    asked = {"metrics": metrics, "messages_command": list(command), "drain_within": within}
    run = {**asked, "wall": time.time(), "lasted": 0.0}
    return Ends(run=run, before={"accounts": [], "record": []}, doors=[], untold=Untold([], is_early=False))


async def _drain(ends: Ends) -> Drain | None:
    async with ClientSession() as http:
        return (await until_drained(http, ends))[0]


async def test_as_long_as_work_is_due_or_comes_again_nothing_is_drained() -> None:
    # For a moment the last piece is under way, and fails.
    told = [{"due": 2}, {"failed": 1}, {}, {"failed": 1}, {"parked": 1}, {"parked": 1}]

    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=_figures(**told.pop(0)))

    async with _server(tell) as metrics:
        drain = await _drain(_ends(metrics))
    assert told == [] and drain is not None and drain.seconds is not None and drain.seconds > 3


async def test_work_that_is_left_when_the_time_is_over_is_told() -> None:
    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=_figures(due=1030))

    async with _server(tell) as metrics:
        assert await _drain(_ends(metrics, within=0.0)) == Drain(seconds=None, compared=0, unequal=0, left=1030)


@pytest.mark.parametrize(("status", "text"), [(404, _figures()), (200, "Welcome!"), (500, "")])
async def test_figures_that_are_none_are_not_taken_for_no_work(status: int, text: str) -> None:
    async def tell(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    async with _server(tell) as metrics:
        with pytest.raises(CannotJudge, match="does not tell its figures"):
            await _drain(_ends(metrics))


async def test_messages_that_are_kept_and_not_dealt_with_are_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    row = {"store": 1, "received_at": "2026-11-29T15:00:00+00:00", "reason": None, "body": "b"}
    path.write_text(json.dumps({**row, "state": "new"}))
    command = (sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(path))
    left = await _drain(_ends(None, command, within=0.0))
    assert left is not None and (left.seconds, left.left) == (None, 1)

    async def deal_with() -> None:
        await asyncio.sleep(0.5)
        path.write_text(json.dumps({**row, "state": "dealt_with"}))

    dealing = asyncio.create_task(deal_with())
    drain = await _drain(_ends(None, command))
    await dealing
    assert drain is not None and drain.seconds is not None and drain.seconds > 0.5


async def test_where_nothing_can_be_looked_at_nothing_is_waited_for() -> None:
    assert await _drain(_ends(None)) is None


async def test_a_product_of_which_nothing_was_told_need_not_become_equal(stage: Callable[..., Any]) -> None:
    """If the connector tells that it has nothing left to do: else an earlier message of it may be under way."""
    play = await stage(erp={"products": 3, "variations_share": 0.0})
    await play.connect()
    await play.until_pulled()
    door, shop = play.erp_door.address, f"{play.shop_door.address}/stores/{play.store_id()}"
    sold = next(p for p in await play.erp_products() if p["situacao"] == "A")
    await play.erp_door.send("POST", "/stock", {"idProduto": sold["id"], "tipo": "B", "quantidade": "4321"})

    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=_figures())

    async with _server(tell) as metrics, ClientSession() as http:
        movement = play.erp.movements[-1].id
        silent = {"account": 0, "code": sold["codigo"], "status": 503, "error": "-"}
        ends = replace(_ends(metrics, within=0.0), doors=[Doors(http, door, shop, {"orders": []})])
        ends = replace(ends, before={"accounts": [{"clock": {"rate": 90.0}}], "record": []})
        unmoved = {**silent, "status": 0, "movement": None, "error": NOT_MOVED}
        for messages, figures, unequal in (
            ([], metrics, 1),
            ([{**silent, "movement": movement}], metrics, 0),
            ([unmoved], metrics, 0),
            # That movement was told all the same.
            ([unmoved, {**silent, "movement": movement, "status": 200, "error": ""}], metrics, 1),
            # The ERP has moved it once more, and tells that itself.
            ([{**silent, "movement": movement - 1}], metrics, 1),
            ([{**silent, "movement": movement}], None, 1),
        ):
            untold = Untold(messages, is_early=False)
            drain, _ = await until_drained(http, replace(ends, untold=untold, run={**ends.run, "metrics": figures}))
            assert drain is not None and drain.unequal == unequal, (messages, figures)
            assert (drain.seconds is None) == bool(unequal)


async def _judge(folder: Path) -> tuple[int | None, str]:
    command = (sys.executable, "-m", "load.judging", str(folder))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    return process.returncode, told.decode()


@pytest.mark.parametrize(
    ("run", "says"),
    [
        # Nothing that a run wrote.
        ("{}", "the judgement itself failed: KeyError"),
        ({"accounts": [], "metrics": "http://127.0.0.1:9/metrics"}, "the connector does not tell its figures"),
        ({"accounts": [], "messages_command": ["/no/such"]}, "--messages-command /no/such does not start"),
    ],
)
async def test_a_run_that_cannot_be_judged_is_unknown_and_keeps_no_older_report(
    tmp_path: Path, run: Any, says: str
) -> None:
    usual = {"wall": 0.0, "lasted": 0.0, "drain_within": 0.0, "metrics": None, "messages_command": [], "spoilt": []}
    (tmp_path / RUN).write_text(run if isinstance(run, str) else json.dumps({**usual, **run}))
    (tmp_path / MESSAGES).write_text("")
    (tmp_path / BEFORE).write_text(json.dumps({"accounts": [], "record": []}))
    for name in REPORTS:
        (tmp_path / name).write_text("pass")
    code, told = await _judge(tmp_path)
    assert code == 3, told
    assert not (tmp_path / "outcome.json").exists() and not (tmp_path / "report.html").exists()
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("errors"), suite.get("verdict")) == ("1", "1", "unknown")
    error = suite.find(".//error")
    assert error is not None and f"not judged: {says}" in str(error.get("message"))
