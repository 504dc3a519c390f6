"""What was there before a load is not of its making; the fakes are real, each in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from aiohttp import ClientSession

from fake_erp.serving import Account as ErpAccount
from fake_erp.serving import RunningErp
from fake_webstore.serving import RunningWebstore, World
from load import record, standing
from load.judging import figures
from load.judging.draining import Ends
from load.judging.fates import Untold
from load.judging.reading import Books, Doors
from load.mistake import Mistake
from load.targets import Account, Asked, Company, Product, Target, read_target

COMPANY = Company(cnpj="11222333000181", integrator_id=1)
DOOR = "http://127.0.0.1:9/erp/estoque/s3gr3d0"


@pytest.fixture
def erp() -> Iterator[RunningErp]:
    with RunningErp() as running:
        yield running


@pytest.fixture
def shop() -> Iterator[World]:
    with RunningWebstore() as running:
        yield running.platform(stores=[{"installed": True}])


def _target(company: ErpAccount, shop: World, store: int = 0) -> Target:
    erp_door = f"{company.erp.door}worlds/{company.name}"
    shop_door = f"{shop.running.door}worlds/{shop.name}/stores/{shop.about['stores'][store]['id']}"
    asked = Asked(erp_door=erp_door, shop_door=shop_door)
    return read_target(asked, {"CONNECTOR_STOCK_DOOR": DOOR})


def _sell(company: ErpAccount, shop: World) -> list[str]:
    """The shop gets what the ERP sells."""
    codes = [leaf["codigo"].strip() for one in company.products() for leaf in one["variacoes"] or [one]]
    for code in codes:
        shop.at_store("POST", "/products", {"code": code})
    return codes


def _call(company: ErpAccount, times: int) -> None:
    for _ in range(times):
        with closing(urlopen(f"{company.erp.api}info.php?token={company.token}&formato=json")) as answer:
            answer.read()


async def _books(target: Target, before: dict[str, Any], journal: list[dict[str, Any]]) -> Books:
    (account,) = target.accounts
    assert account.erp and account.shop
    async with ClientSession() as http:
        return await Doors(http, account.erp, account.shop, before["accounts"][0]).books(time.time(), journal)


def test_calls_and_orders_of_the_time_before_the_load_are_not_of_its_making(erp: RunningErp, shop: World) -> None:
    company = erp.account(products=2)
    code = _sell(company, shop)[0]
    target = _target(company, shop)
    shop.at_store("PUT", "/erp-stock", {code: 0})
    shop.order(items=[{"code": code, "quantity": 1}], oversell=True)
    _call(company, 7)
    before = standing.look(target, ())
    assert (len(before["accounts"][0]["orders"]), before["accounts"][0]["oversold"]) == (1, "1")
    _call(company, 2)
    books = asyncio.run(_books(target, before, []))
    quota = figures.quota(books)
    assert (quota["calls"], quota["peak"]) == (2, 2) and quota["share"] == 2 / quota["limit"]
    assert (books.orders.count, books.orders.lost, books.oversold) == (0, 0, 0)
    shop.order(items=[{"code": code, "quantity": 1}], oversell=True)
    books = asyncio.run(_books(target, before, []))
    assert (books.orders.count, books.orders.lost, books.oversold) == (1, 1, 1)


def test_a_line_that_the_shop_refused_was_not_shown(erp: RunningErp, shop: World) -> None:
    company = erp.account(products=2)
    _sell(company, shop)
    target = _target(company, shop)
    before = standing.look(target, ())
    first, second = shop.at_store("GET", "/products")["products"][:2]
    entry = {"at": before["accounts"][0]["clock"]["now"], "call": "POST /stock/batch", "status": 200}
    items = [{"product_id": one["id"], "quantity": 3} for one in (first, second)]
    told = {**entry, "store_id": shop.about["stores"][0]["id"], "body": json.dumps({"items": items})}
    for refused, shown in (({}, {first["code"], second["code"]}), ({"not_applied": [0]}, {second["code"]})):
        books = asyncio.run(_books(target, before, [{**told, **refused}]))
        assert set(books.shown) == shown


def test_an_account_of_many_orders_is_read_whole(erp: RunningErp, shop: World) -> None:
    company = erp.account(products=2)
    code = _sell(company, shop)[0]
    target = _target(company, shop)
    before = standing.look(target, ())
    journal = erp.fake.worlds.get(company.name).journal
    for number in range(1500):
        journal.append("order_inserted", numero_ecommerce=str(number))
    placed = shop.order(items=[{"code": code, "quantity": 1}], oversell=True)
    journal.append("order_inserted", numero_ecommerce=str(placed["number"]))
    books = asyncio.run(_books(target, before, []))
    assert (books.orders.count, books.orders.lost) == (1, 0)


def test_doors_that_do_not_belong_together_are_refused(erp: RunningErp, shop: World) -> None:
    company = erp.account(products=2)
    with pytest.raises(Mistake, match="its shop has none of the"):
        standing.look(_target(company, shop), ())


def test_an_erp_at_the_shops_door_is_refused(erp: RunningErp, shop: World) -> None:
    company = erp.account(products=2)
    (account,) = _target(company, shop).accounts
    wrong = Account(
        name="empresa", door=DOOR, company=account.company, products=account.products, erp=account.erp, shop=account.erp
    )
    with pytest.raises(Mistake, match="--shop-door is no store of a fake Webstore"):
        standing.look(Target(accounts=[wrong]), ())


def test_an_address_that_tells_no_figures_is_refused(erp: RunningErp) -> None:
    for metrics in (f"{erp.door}nothing", f"{erp.door}worlds", "http://127.0.0.1:9/metrics"):
        with pytest.raises(Mistake, match="metrics does not tell a connector's figures"):
            standing.look(Target(accounts=[], metrics=metrics), ())


def _row(body: str, second: int = 0, **fields: Any) -> dict[str, Any]:
    at = f"2026-11-29T15:00:{second:02}+00:00"
    return {
        "store": 1,
        "received_at": at,
        "state": "dealt_with",
        "reason": None,
        "detail": None,
        "body": body,
        **fields,
    }


def _printing(path: Path, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """A command that prints a record."""
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(path)


def test_messages_of_an_earlier_load_account_for_none_of_this_one(tmp_path: Path) -> None:
    """They have the same bodies, where the seed is the same."""
    path = tmp_path / "record.jsonl"
    command = _printing(path, [_row("a"), _row("b", state="new"), _row("b", state="new")])
    target = Target(accounts=[])
    before = standing.look(target, command)
    ends = Ends(run={"messages_command": list(command)}, before=before, doors=[], untold=Untold([], is_early=False))
    assert asyncio.run(ends.kept()) == []
    # What was new is dealt with now, another of the same body has come.
    rows = [_row("a"), _row("b"), _row("b", reason="not_linked"), _row("b"), _row("b", 1), _row("c")]
    _printing(path, rows)
    assert asyncio.run(ends.kept()) == rows[3:]


def test_marks_of_messages_do_not_tell_them() -> None:
    assert "segredo" not in json.dumps(record.marks([_row("segredo")]))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("print('hi')", "printed something else than a connector's messages: add --json"),
        ("print('5')", "printed something else"),
        ("print('{}')", "printed something else"),
        ("raise SystemExit('no such database')", "ended with status 1: no such database"),
    ],
)
def test_a_command_that_prints_no_record_is_refused(code: str, says: str) -> None:
    with pytest.raises(Mistake, match=says):
        standing.look(Target(accounts=[]), (sys.executable, "-c", code))


def test_a_command_that_is_none_is_refused() -> None:
    with pytest.raises(Mistake, match="does not start"):
        standing.look(Target(accounts=[]), ("/no/such/command",))


def test_products_without_doors_need_none() -> None:
    account = Account(name="a", door=DOOR, company=COMPANY, products=[Product(id=1, code="A")])
    assert standing.look(Target(accounts=[account]), ()) == {"accounts": [{}], "record": []}
