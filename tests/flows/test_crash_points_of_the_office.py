"""The connector dies at each named point of what a person decides at a desk, and is started again.

Settings, another secret address, a body in quarantine, a plan, the brake discarded and confirmed, products hidden and
removed, and the slow scan behind it all, on SQLite and on PostgreSQL. See test_crash_points.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from connector.core.reasons import Reason
from connector.crash import Crashed
from connector.demo.compare import compare
from connector.demo.errors import DemoError
from connector.demo.merchant import Merchant
from connector.flows import door, pull
from connector.flows.env import Env
from connector.store import items, pulls, quarantine, stores, work
from connector.store.engine import Connection, make_engine
from connector.store.pulls import Pull
from connector.store.tables import inbox
from connector.store.tables import pull as pull_table
from scenarios.runner.deaths import before_and_after, dying, insist, until_true
from scenarios.runner.stage import Stage

T = TypeVar("T")
Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 9, "variations_share": 0.0, "plan": "potencializar"}
# Short enough that products become due for the slow scan within the day.
SETTINGS = {"pull_every_hours": 4}

COMMITS = (
    # the worker
    "work.claim_due",
    "worker._settle",
    # the ERP's quota
    "pace.take",
    "pace.answered",
    # at the merchant's page, and of the operator
    "preferences.save",
    "door.rotate",
    "door.put_aside",
    "door.read_again",
    "brake.confirm",
    "brake.discard",
    "pull.request",
    # the listing, its judgement and its plan
    "pull._shelve_page",
    "pull._keep_page",
    "visit._keep_record",
    "visit._keep_stock",
    "visit._keep_for_plan",
    "dry.keep_plan",
    "brake.surprised",
    # products
    "product._remember",
    "product._settled",
    "retiring.note_retired",
    # behind it all
    "feed.begin_reading",
    "feed.note_asking",
    "feed.keep_answer",
    "feed.deal_with_oldest",
    "feed.end_reading",
    "scan.begin_refresh",
    "scan.begin_step",
)
CALLS = (
    "PATCH /apps/erp/settings",
    "GET /products",
    "produtos.pesquisa.php",
    "produto.obter.php",
    "produto.obter.estoque.php",
    "lista.atualizacoes.produtos",
    "GET /products/by-code/{code}",
    "PUT /products/by-code/{code}",
    "PATCH /products/{id}",
    "DELETE /products/{id}",
)
POINTS = before_and_after(COMMITS, CALLS)
# What the other lists have, drawn beside all this.
BESIDE = (
    "connect._checked",
    "levels._end_turn",
    "untold.told",
    "order.draw_again",
    "order.enqueue_found",
    "order.note_drawn",
    "situation.enqueue_changed",
    "situation.note_drawn",
    "messages._sort",
    "shelf.shelve",
    "work.renew",
    "work.release_expired",
    "worker._later",
)
CALLS_BESIDE = (
    "GET /apps/erp/settings",
    "GET /webhooks",
    "GET /orders",
    "POST /stock/batch",
    "lista.atualizacoes.estoque",
    "pedidos.pesquisa.php",
)
# The brake lets so many changes of price through in a small catalogue.
UNASKED = 5
# In so many plays, of so many days at most.
PLAYS, DAYS = 5, 6


@dataclass
class Office:
    """One day at the desk; each of a story has a number of its own."""

    stage: Stage
    merchant: Merchant
    number: int = 0

    async def play(self) -> None:
        await insist(self.stage, self._save_settings)
        await insist(self.stage, self._rotate)
        await self._quarantine()
        await self._plan()
        await self._discard()
        await self._confirm()
        await self._surprise()
        await self._retire()
        # Long enough for some steps of the scan.
        await self.stage.clock.sleep(1.5 * HOUR)

    async def _save_settings(self) -> None:
        await self.merchant.open_connector()
        await self.merchant.submit(
            "stock_mode",
            integrator_id="",
            depot="",
            stock_mode="physical",
            overwrite_customer="sim",
            erp_notifies="nao",
            nature=f"Venda {self.number}",
            contributor_nature="",
            inactive_action="hide",
            excluded_action="remove",
            brake_percent="20",
        )
        assert self.merchant.status == 200

    async def _rotate(self) -> None:
        await self.merchant.open_connector()
        await self.merchant.submit_to("endereco/trocar")
        assert self.merchant.status == 200

    async def _quarantine(self) -> None:
        """A body that nobody can read comes; one of an earlier day can be read by now."""
        store = await self._read(stores.by_id, self.stage.store_id())
        assert store is not None
        address = (await self._alive()).door_url(store)

        async def post() -> None:
            async with self.stage.http.post(address, data=b"{" + b" " * self.number) as answer:
                answer.raise_for_status()

        await insist(self.stage, post)
        number = self._put_aside_earlier(readable(self.number))
        await insist(self.stage, lambda: self._let_in(number))

    def _put_aside_earlier(self, body: str) -> int:
        """As an earlier version left it, which could not read it."""
        engine = make_engine(self.stage.database_url)
        with engine.begin() as c:
            quarantine.keep(c, self.stage.store_id(), Reason.BODY_UNREADABLE, "", body.encode(), self.stage.clock.now())
            number = max(bad.id for bad in quarantine.latest(c, self.stage.store_id()))
        engine.dispose()
        return number

    async def _let_in(self, number: int) -> None:
        # Not there any more where it was let in before the death.
        with suppress(KeyError):
            await self._write(door.read_again, self.stage.clock.now(), self.stage.store_id(), number)

    async def _plan(self) -> None:
        """Two products are new; a plan is made of that, which writes nothing."""
        for code in (self._paused, self._gone):
            await self.stage.erp_door.send("POST", "/products", {"codigo": code, "nome": "Novo", "preco": "9.90"})
        began = self.stage.clock.now()
        await insist(self.stage, lambda: self._request(began, is_dry=True))
        plan = await self._until_planned(began)
        assert plan.finished_at is not None
        # The pull that gave way to it may have had a write under way.
        first, last = (plan.started_at + timedelta(seconds=5)).isoformat(), plan.finished_at.isoformat()
        assert [e for e in product_writes(self.stage) if first <= e["at"] < last] == []
        found = await self._read(lambda c: {code for code, _, _ in items.plans(c, self.stage.store_id(), plan.id)})
        assert {self._paused, self._gone} <= found

    async def _until_planned(self, began: datetime) -> Pull:
        async def planned() -> bool:
            return await self._read(_newest_plan, began) is not None

        await self.stage.until(planned, "the plan", seconds=3 * HOUR)
        plan = await self._read(_newest_plan, began)
        assert plan is not None
        return plan

    async def _discard(self) -> None:
        """Prices gone wrong: stopped, and a person says that it is a mistake."""
        before = await self._prices()
        await self._reprice(await self._active(), f"1.{self.number:02}")
        await self._synchronise_until_braked()
        # What was on its way to the shop then has arrived.
        await self.stage.clock.sleep(60)
        held = await self._prices()
        # Where the change feed was faster, so many were written unasked.
        assert sum(price != before[code] for code, price in held.items() if code in before) <= UNASKED
        await insist(self.stage, lambda: self._decide("descartar"))
        await self.stage.clock.sleep(1200)
        assert await self._prices() == held

    async def _confirm(self) -> None:
        """The same once more, and now it is meant."""
        await self._reprice(await self._active(), f"2.{self.number:02}")
        await self._synchronise_until_braked()
        await insist(self.stage, lambda: self._decide("confirmar"))
        await until_true(self.stage, self._equal, hours=3)

    async def _surprise(self) -> None:
        """One price more that only the change feed tells of."""
        [product, *_] = await self._active()
        await self._reprice([product], f"3.{self.number:02}")
        await until_true(self.stage, self._equal, hours=3)

    async def _retire(self) -> None:
        products = {str(p["codigo"]).strip(): p["id"] for p in await self.stage.erp_products()}
        await self.stage.erp_door.send("PATCH", f"/products/{products[self._paused]}", {"situacao": "I"})
        await self.stage.erp_door.send("PATCH", f"/products/{products[self._gone]}", {"situacao": "E"})
        began = self.stage.clock.now()
        await insist(self.stage, lambda: self._request(began))
        await until_true(self.stage, self._retired, hours=3)

    async def _retired(self) -> None:
        shown = {product["code"]: product["active"] for product in await self.stage.shop_products()}
        assert shown.get(self._paused) is False
        assert self._gone not in shown

    @property
    def _paused(self) -> str:
        return f"PAUSA-{self.number}"

    @property
    def _gone(self) -> str:
        return f"FORA-{self.number}"

    async def _synchronise_until_braked(self) -> None:
        async def braked() -> bool:
            current = await self._read(pulls.current, self.stage.store_id())
            return current is not None and current.stage == pulls.BRAKED

        async def synchronise() -> None:
            if not await braked():
                await self._request(began)

        began = self.stage.clock.now()
        await insist(self.stage, synchronise)
        await self.stage.until(braked, "the brake", seconds=3 * HOUR)

    async def _request(self, began: datetime, *, is_dry: bool = False) -> None:
        """Have a pull begun, unless it was before a death. Raises DemoError where another one is under way."""
        store_id = self.stage.store_id()
        latest = await self._read(pulls.latest, store_id)
        if latest is not None and latest.started_at >= began and (latest.scope, latest.is_dry) == (pulls.ALL, is_dry):
            return
        if not await self._write(pull.request, await self._alive(), store_id, pulls.ALL, is_dry=is_dry):
            raise DemoError("another pull is under way")

    async def _decide(self, ending: str) -> None:
        """Press one of both buttons, where they are still shown."""
        await self.merchant.open_connector()
        assert self.merchant.status == 200
        if 'id="brake"' in self.merchant.page:
            await self.merchant.submit_to(f"sincronizacao/{ending}")
            assert self.merchant.status == 200

    async def _reprice(self, products: list[dict[str, Any]], price: str) -> None:
        for product in products:
            await self.stage.erp_door.send("PATCH", f"/products/{product['id']}", {"preco": price})

    async def _active(self) -> list[dict[str, Any]]:
        return [p for p in await self.stage.erp_products() if p["situacao"] == "A"]

    async def _prices(self) -> dict[str, str]:
        return {p["code"]: p["price"] for p in await self.stage.shop_products()}

    async def _equal(self) -> None:
        result = compare(await self.stage.erp_products(), await self.stage.shop_products())
        # Hidden ones are in the shop still, and in the ERP not active any more.
        hidden = sorted(p["code"] for p in await self.stage.shop_products() if not p["active"])
        assert (result.missing, result.surplus, result.differences) == ([], hidden, [])

    async def _alive(self) -> Env:
        async def is_alive() -> bool:
            return self.stage.connector is not None

        await self.stage.until(is_alive, "a connector that lives", seconds=HOUR)
        return self.stage.product.env

    async def _read(self, function: Callable[..., T], *args: Any) -> T:
        return await (await self._alive()).db.read(function, *args)

    async def _write(self, function: Callable[..., T], *args: Any, **more: Any) -> T:
        """As the operator's command does it. Raises DemoError where the connector dies meanwhile."""
        env = await self._alive()
        try:
            return await env.db.write(function, *args, **more)
        except Crashed:
            raise DemoError("the connector has died") from None


def readable(day: int) -> str:
    """The body that can be read by this day."""
    return json.dumps({"tipo": "desconhecido", "dados": {"dia": day}})


def _newest_plan(c: Connection, since: datetime) -> Pull | None:
    which = (pull_table.c.is_dry, pull_table.c.started_at >= since, pull_table.c.finished_at.is_not(None))
    row = c.execute(sa.select(pull_table).where(*which)).mappings().first()
    return Pull(**row) if row else None


def product_writes(stage: Stage) -> list[dict[str, Any]]:
    calls = [e for e in stage.shop.journal if e["kind"] == "api"]
    return [e for e in calls if e["call"].startswith(("PUT /products", "PATCH /products", "DELETE /products"))]


async def _invariants(stage: Stage, office: Office) -> None:
    """Both catalogues equal, the address shown is the one that works, each body let in once, no work left over."""
    await office._equal()
    db, store_id = stage.product.env.db, stage.store_id()
    store = await stage.store()
    address = stage.product.env.door_url(store)
    assert stage.shop.stores[store_id].settings.stock_webhook_url == address
    async with stage.http.post(address) as answer:
        assert answer.status == 200
    assert (store.nature, store.inactive_action) == (f"Venda {office.number}", "hide")
    # Put aside once a day, or twice where its sender heard nothing; what could be read is not there any more.
    bodies = await db.read(lambda c: [quarantine.body(c, store_id, bad.id) for bad in quarantine.latest(c, store_id)])
    assert set(bodies) == {b"{" + b" " * day for day in range(office.number + 1)}
    let_in = await db.read(lambda c: list(c.scalars(sa.select(inbox.c.body).where(inbox.c.source == "erp"))))
    assert sorted(let_in) == sorted(readable(day) for day in range(office.number + 1))
    created = Counter(e["path"] for e in product_writes(stage) if e.get("status") == 201)
    assert set(created.values()) == {1}
    assert await db.read(pulls.current, store_id) is None
    counts = await db.read(work.counts, store_id)
    assert counts == {"waiting": 8}
    assert stage.erp.statistics.as_dict(120, 0)["blocked"]["natural"] == {"6": 0, "11": 0}


async def _open(stage: Stage) -> Merchant:
    merchant = await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    await merchant.open_connector()
    return merchant


def test_the_office_passes_every_point_of_its_list(play: Play) -> None:
    async def story(stage: Stage) -> None:
        office = Office(stage, await _open(stage))
        async with dying(stage, ()) as deaths:
            await office.play()
            await until_true(stage, lambda: _invariants(stage, office), hours=3)
            known = {*POINTS, *before_and_after(BESIDE, CALLS_BESIDE)}
            assert deaths.passed - known == set(), "add these to the lists"
            assert set(POINTS) - deaths.passed == set(), "these are passed no more"

    play(story, erp=ERP, connector=SETTINGS)


@pytest.mark.parametrize("turn", range(PLAYS))
def test_a_day_at_the_office_with_deaths_decides_each_thing_once(play: Play, url: str, turn: int) -> None:
    async def story(stage: Stage) -> None:
        office = Office(stage, await _open(stage), -1)
        async with dying(stage, POINTS[turn::PLAYS]) as deaths:
            while deaths.left and office.number < DAYS - 1:
                office.number += 1
                await office.play()
            await until_true(stage, lambda: _invariants(stage, office), hours=10)
            assert deaths.left == set(), f"not passed in {DAYS} days"

    play(story, erp=ERP, connector=SETTINGS, database_url=url)
