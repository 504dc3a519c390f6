"""The connector dies at each named point from the installation to the removal of the app, and is started again.

The merchant and the shop try again as people and shops do; at the end the catalogue is the ERP's, nothing was made
twice, and after the removal nothing is left. See test_crash_points.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from connector.demo.compare import compare
from connector.demo.merchant import Merchant
from connector.store import work
from connector.store.stores import Store
from scenarios.runner.deaths import before_and_after, dying, insist, until_true
from scenarios.runner.stage import Stage

Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 4, "variations_share": 0.4, "plan": "potencializar"}

COMMITS = (
    # the worker
    "work.claim_due",
    "work.renew",
    "work.release_expired",
    "worker._settle",
    "worker._later",
    "worker._halt",
    # the ERP's quota
    "pace.take",
    "pace.answered",
    # installation, settings, removal
    "install.remember",
    "install._subscribed",
    "connect._not_connected",
    "connect._refused",
    "connect._waiting",
    "connect._connected",
    "connect._checked",
    "events.receive",
    "preferences.save",
    # the pull
    "pull.request",
    "pull.request_planned",
    "pull._shelve_page",
    "pull._keep_page",
    "visit._keep_record",
    "visit._keep_stock",
    "product._remember",
    "product._settled",
    "shelf.shelve",
    "levels._end_turn",
    "untold.told",
    # the nets, drawn beside it
    "order.draw_again",
    "order.enqueue_found",
    "order.note_drawn",
    "situation.enqueue_changed",
    "situation.note_drawn",
)
CALLS = (
    "POST /oauth/token",
    "GET /",
    "GET /webhooks",
    "POST /webhooks",
    "DELETE /webhooks/{id}",
    "GET /apps/erp/settings",
    "PATCH /apps/erp/settings",
    "info.php",
    "GET /products",
    "produtos.pesquisa.php",
    "produto.obter.php",
    "produto.obter.estoque.php",
    "PUT /products/by-code/{code}",
    "PUT /products/{id}/images",
    "POST /stock/batch",
    "GET /orders",
    "pedidos.pesquisa.php",
)
POINTS = before_and_after(COMMITS, CALLS)
# In so many plays, of so many mornings at most.
PLAYS, MORNINGS = 7, 6


@dataclass
class Morning:
    """The app is installed, the catalogue comes, settings and products change, the account is blocked for a while, the
    app is removed."""

    stage: Stage
    number: int = 0

    async def play(self) -> None:
        stage, merchant = self.stage, self.stage.merchant()
        await merchant.log_in()
        await self._connect(merchant)
        await self._until_synchronised(stage.clock.now())
        products = await stage.erp_products()
        changed = {"preco": f"77.{self.number:02}"}
        await stage.erp_door.send("PATCH", f"/products/{products[0]['id']}", changed)
        for letter in "ABC":
            code = f"NOVO-{self.number}{letter}"
            picture = f"https://imagens.exemplo.com.br/{code}.jpg"
            new = {"nome": "Novo", "codigo": code, "preco": "9.90", "anexos": [picture]}
            await stage.erp_door.send("POST", "/products", new)
        await insist(stage, lambda: _save_settings(merchant))
        assert (await self._store()).depot == "Geral"
        began = stage.clock.now()
        await insist(stage, lambda: _synchronise(merchant))
        await self._blocked(merchant)
        await self._until_synchronised(began)
        await merchant.uninstall()
        await until_true(stage, self._gone, hours=10)

    async def _connect(self, merchant: Merchant) -> None:
        """Installed twice by a nervous merchant; a wrong token; an ERP that is out for a moment."""
        await insist(self.stage, merchant.install)
        await self.stage.clock.sleep(20)
        await insist(self.stage, merchant.install)
        await merchant.save_token("not-the-token-of-this-account")
        await self.stage.until_connection("token_rejected", seconds=10 * HOUR)
        # Longer than the worker's beat: it renews its leases meanwhile.
        for fault in ({"what": "slow", "calls": 1, "with": {"seconds": 20}}, {"what": "http_503", "calls": 1}):
            await self.stage.erp_door.send("POST", "/faults", {"call": "info.php", **fault})
        await merchant.save_token(self.stage.erp.token)

    async def _blocked(self, merchant: Merchant) -> None:
        """The ERP's account is blocked in the middle of the second pull; then it is paid for."""
        await self.stage.erp_door.send("PATCH", "", {"blocked": True})
        await self.stage.until_connection("paused", seconds=10 * HOUR)
        await self.stage.erp_door.send("PATCH", "", {"blocked": False})
        await merchant.save_token(self.stage.erp.token)

    async def _until_synchronised(self, since: datetime) -> None:
        async def reached() -> bool:
            settings = self.stage.shop.stores[self.stage.store_id()].settings
            last = settings.last_sync_at
            return settings.connection == "connected" and last is not None and last > since

        await self.stage.until(reached, "the catalogue is in the shop", seconds=10 * HOUR)
        await until_true(self.stage, self._equal, hours=2)

    async def _store(self) -> Store:
        await self.stage.until(self._is_alive, "a connector that lives", seconds=HOUR)
        return await self.stage.store()

    async def _is_alive(self) -> bool:
        return self.stage.connector is not None

    async def _equal(self) -> None:
        result = compare(await self.stage.erp_products(), await self.stage.shop_products())
        assert result.is_equal, (result.missing, result.surplus, result.differences)

    async def _gone(self) -> None:
        store = await self._store()
        assert store.uninstalled_at is not None
        assert (store.bearer, store.erp_token) == ("", None)
        assert await self.stage.product.env.db.read(work.counts, store.id) == {}
        # No product was made twice, and the ERP never had to refuse a call for its quota.
        codes = [product["code"] for product in await self.stage.shop_products()]
        assert len(codes) == len(set(codes))
        assert self.stage.erp.statistics.as_dict(120, 0)["blocked"]["natural"] == {"6": 0, "11": 0}


async def _save_settings(merchant: Merchant) -> None:
    await merchant.open_connector()
    await merchant.submit(
        "stock_mode",
        integrator_id="8123",
        depot="Geral",
        stock_mode="physical",
        overwrite_customer="sim",
        erp_notifies="nao",
        nature="",
        contributor_nature="",
        inactive_action="keep",
        excluded_action="keep",
        brake_percent="20",
    )
    assert merchant.status == 200


async def _synchronise(merchant: Merchant) -> None:
    await merchant.open_connector()
    await merchant.submit_to("sincronizar")


def test_the_morning_passes_every_point_of_its_list_and_no_other(play: Play) -> None:
    async def story(stage: Stage) -> None:
        async with dying(stage, ()) as deaths:
            await Morning(stage).play()
            assert deaths.passed - set(POINTS) == set(), "add these to the lists"
            assert set(POINTS) - deaths.passed == set(), "these are passed no more"

    play(story, erp=ERP)


@pytest.mark.parametrize("turn", range(PLAYS))
def test_mornings_with_deaths_bring_the_same_catalogue_and_leave_nothing(play: Play, url: str, turn: int) -> None:
    async def story(stage: Stage) -> None:
        async with dying(stage, POINTS[turn::PLAYS]) as deaths:
            for number in range(MORNINGS):
                if number == 0 or deaths.left:
                    await Morning(stage, number).play()
            assert deaths.left == set(), f"not passed in {MORNINGS} mornings"

    play(story, erp=ERP, database_url=url)
