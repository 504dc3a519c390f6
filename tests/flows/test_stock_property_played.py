"""The property of tests/unit/core/test_stock_property.py, played: fake ERP, connector, SQLite and fake shop.

The ERP's own webhooks bring the movements, disordered by its profiles, while the connector is away for some time; the
shop ends with the ERP's balances and without a comparison, and at no look shows more than the ERP has had lately.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import looptime
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scenarios.runner.stage import Stage

ERP = {"products": 4, "variations_share": 0.0, "plan": "potencializar"}


@dataclass(frozen=True)
class Step:
    """After `wait` seconds product number `product` has this balance; `reserved` is part of it (available mode)."""

    wait: int
    product: int
    balance: int
    reserved: int


@dataclass(frozen=True)
class Story:
    """`away` are the steps before which the connector stops, and after which it starts again."""

    is_physical: bool
    disorder: str
    steps: list[Step]
    away: tuple[int, int]


steps = st.builds(
    Step, wait=st.sampled_from([0, 1, 7, 40, 900]), product=st.integers(0, 1), balance=st.integers(0, 9),
    reserved=st.integers(0, 2),
)  # fmt: skip
stories = st.builds(
    Story,
    is_physical=st.booleans(),
    disorder=st.sampled_from(["lost_answer", "duplicated", "reordered", "late", "burst"]),
    steps=st.lists(steps, min_size=6, max_size=14),
    away=st.tuples(st.integers(0, 5), st.integers(0, 8)),
)


async def _tell(story: Story, folder: Path) -> None:
    stage = Stage(folder, virtual=True)
    try:
        await stage.open(erp={**ERP, "send_physical": story.is_physical})
        await stage.connect()
        await stage.until_pulled(seconds=3600)
        products = [p for p in await stage.erp_products() if p["situacao"] == "A"]
        shown = {p["code"]: p["id"] for p in await stage.shop_products()}
        door = stage.product.env.door_url(await stage.store())
        await stage.erp_door.send("PATCH", "", {"stock_webhook_url": door, "delivery_profile": story.disorder})
        announced = [{"idProduto": p["id"], "skuMapeamento": str(shown[str(p["codigo"]).strip()])} for p in products]
        await stage.erp_door.send("POST", "/mappings", announced)
        had = {p["code"]: Decimal(str(p["stock"]["quantity"])) for p in await stage.shop_products()}
        for number, step in enumerate(story.steps):
            await stage.clock.sleep(step.wait)
            if number == story.away[0]:
                await stage.stop_connector()
            if number == sum(story.away) and stage.connector is None:
                await stage.start_connector()
            product = products[step.product % len(products)]
            movement = {"idProduto": product["id"], "tipo": "B", "quantidade": str(step.balance)}
            await stage.erp_door.send("POST", "/stock", {**movement, "saldoReservado": str(step.reserved)})
            code = str(product["codigo"]).strip()
            had[code] = max(had[code], Decimal(step.balance))
            await _never_more(stage, had)
        if stage.connector is None:
            await stage.start_connector()
        while stage.erp.courier.waiting:
            await stage.clock.sleep(300)
            await _never_more(stage, had)
        await stage.clock.sleep(300)
        await _equal(stage, story)
    finally:
        await stage.close()


async def _never_more(stage: Stage, had: dict[str, Decimal]) -> None:
    """A story is shorter than the late window: what the ERP has had in it is what it has had at all."""
    for product in await stage.shop_products():
        assert Decimal(str(product["stock"]["quantity"])) <= had[product["code"]], product["code"]


async def _equal(stage: Stage, story: Story) -> None:
    shown = {p["code"]: Decimal(str(p["stock"]["quantity"])) for p in await stage.shop_products()}
    for product in await stage.erp_products():
        if product["situacao"] == "A":
            reserved = Decimal(0) if story.is_physical else Decimal(product["saldoReservado"])
            assert shown[str(product["codigo"]).strip()] == max(Decimal(0), Decimal(product["saldo"]) - reserved)


@pytest.mark.slow
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(stories)
def test_whatever_happens_to_the_messages_the_shop_ends_with_the_erps_balances(story: Story) -> None:
    loop = looptime.new_event_loop()
    try:
        with tempfile.TemporaryDirectory() as folder:
            loop.run_until_complete(_tell(story, Path(folder)))
    finally:
        loop.close()
