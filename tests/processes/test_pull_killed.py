"""The connector is killed in the middle of a pull, as a power cut would, and started again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from connector.demo.compare import compare
from connector.store.tables import work
from scenarios.runner.separate import SeparateStage

_PRODUCTS, _KILLS = 60, (0.2, 0.5, 0.8)


async def test_a_pull_killed_three_times_goes_on_where_it_was(tmp_path: Path) -> None:
    stage = SeparateStage(tmp_path, rate=40)
    try:
        await stage.open(erp={"products": _PRODUCTS, "plan": "potencializar", "variations_share": 0.3})
        await stage.connect()
        await stage.until_connection("connected", seconds=2000)
        expected = await _expected_calls(stage)
        flights: Counter[str] = Counter()
        for share in _KILLS:
            await _until_calls(stage, int(expected * share))
            await stage.kill_connector()
            flights.update(_under_way(stage))
            await stage.start_connector()
        assert flights.total() > len(_KILLS)
        await stage.until_catalogue(seconds=20_000)

        result = compare(await stage.erp_products(), await stage.shop_products())
        assert result.is_equal, (result.missing, result.surplus, result.differences)
        calls = Counter((e["service"], e["params"].get("id"), e["params"].get("pagina")) for e in _calls(stage))
        product_of = _products_by_id(await stage.erp_products())
        repeated: Counter[str] = Counter()
        for (service, erp_id, page), count in calls.items():
            if service != "info.php" and count > 1:
                repeated[product_of.get(erp_id, f"page {page}")] += count - 1
        # Each flight that a kill cut off may have made one call whose answer was not kept yet.
        assert {product: count for product, count in repeated.items() if count > flights[product]} == {}
        created = Counter(e["path"] for e in stage.shop.journal if e.get("status") == 201 and "by-code" in str(e))
        assert max(created.values()) == 1
        assert stage.erp.statistics.as_dict(120, 0)["blocked"]["natural"] == {"6": 0, "11": 0}
        assert len(calls) == expected + 1
    finally:
        await stage.close()


def _calls(stage: SeparateStage) -> list[dict]:
    """All but those of the net under the orders, which is drawn beside the pull."""
    return [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] != "pedidos.pesquisa.php"]


def _under_way(stage: SeparateStage) -> list[str]:
    """The products, and the page, that were being worked on when it was killed."""
    running = stage.rows(sa.select(work.c.kind, work.c.key).where(work.c.state == "running"))
    return [key if kind == "pull.product" else "page 1" for kind, key in running if kind.startswith("pull.")]


def _products_by_id(products: list[dict]) -> dict[str, str]:
    """The product that an ERP id belongs to: its own, or its parent's."""
    own = {str(p["id"]): str(p["id"]) for p in products}
    return own | {str(v["id"]): str(p["id"]) for p in products for v in p["variacoes"]}


async def _expected_calls(stage: SeparateStage) -> int:
    """One listing page, a record for each product, a record and a balance for what is written."""
    products = await stage.erp_products()
    active = [p for p in products if p["situacao"] == "A"]
    simple = sum(not p["variacoes"] for p in active)
    variations = sum(len(p["variacoes"]) for p in active)
    listed = len(products) + sum(len(p["variacoes"]) for p in products)
    return -(-listed // 100) + len(products) + simple + 2 * variations


async def _until_calls(stage: SeparateStage, count: int) -> None:
    async def reached() -> bool:
        return stage.erp.faults.counts.total() >= count

    await stage.until(reached, f"{count} calls", seconds=20_000)
