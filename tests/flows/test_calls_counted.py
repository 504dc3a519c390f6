"""What the connector counts of its calls, against the ERP's own journal; and how many it makes of a closed account."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from connector.core.purpose import Purpose
from connector.store import tally
from connector.store.tables import call_count, company
from scenarios.runner.stage import Stage
from tests.flows.trade import HOUR, connected, place, sell, set_situation, until_status

Play = Callable[..., None]
_BRASILIA = ZoneInfo("America/Sao_Paulo")
PRODUCTS = 20


def _journal(stage: Stage) -> list[dict[str, Any]]:
    return [e for e in stage.erp.journal if e["kind"] == "call"]


def _day(call: dict[str, Any]) -> str:
    return datetime.fromisoformat(call["at"]).astimezone(_BRASILIA).date().isoformat()


async def _counted(stage: Stage) -> list[Any]:
    return await stage.product.env.db.read(lambda c: list(c.execute(sa.select(call_count)).all()))


async def _dealt_with(stage: Stage) -> Counter[str]:
    usage = await stage.product.env.db.read(tally.usage, "2000-01-01")
    return Counter({purpose: sum(row.dealt_with for row in usage if row.purpose == purpose) for purpose in Purpose})


async def _until_midnight(stage: Stage, minutes_before: float) -> None:
    now = stage.clock.now().astimezone(_BRASILIA)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), _BRASILIA)
    await stage.stop_connector()
    await stage.clock.sleep((midnight - now).total_seconds() - 60 * minutes_before)
    await stage.start_connector()


async def _moved(stage: Stage, product: dict[str, Any], balances: list[int]) -> None:
    """Messages of which none is the ERP's last word, so that it is asked."""
    cnpj = "".join(filter(str.isalnum, stage.erp.company.cnpj))
    movement = {"idProduto": product["id"], "tipo": "B", "quantidade": "77"}
    await stage.erp_door.send("POST", "/stock", movement)
    door = stage.product.env.door_url(await stage.store())
    for balance in balances:
        content = {"tipoEstoque": "F", "saldo": balance, "idProduto": product["id"], "sku": str(product["codigo"])}
        message = {"cnpj": cnpj, "idEcommerce": 8123, "tipo": "estoque", "versao": "1.0.0", "dados": content}
        async with stage.http.post(door, json=message) as answer:
            assert answer.status == 200


async def _metrics(stage: Stage) -> tuple[str, dict[tuple[str, str, str], float]]:
    async with stage.http.get(f"{stage.url}/metrics") as answer:
        text = await answer.text()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    about = [s for s in samples if s.name in ("connector_erp_calls_today", "connector_dealt_with_today")]
    told = {(s.name, s.labels["company"], s.labels["purpose"]): s.value for s in about}
    assert len(told) == len(about), "a sample stands there twice"
    return text, told


def test_every_call_is_counted_on_the_merchants_day_by_service_and_purpose(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _until_midnight(stage, 2)
        # Two shops on one account; at thirty a minute their pulls take until after midnight.
        await stage.connect(1)
        await connected(stage, ())
        await stage.until_pulled(place=1, seconds=HOUR)
        sales = [await sell(stage, payment="pix") for _ in range(3)]
        order, erp_id = sales[0]
        await set_situation(stage, erp_id, "faturado")
        await until_status(stage, order, "invoiced", seconds=HOUR)
        await _moved(stage, (await stage.erp_products())[0], [3, 9, 5])
        await stage.clock.sleep(HOUR)

        made, counted = _journal(stage), await _counted(stage)
        by_day: Counter[tuple[str, str]] = Counter()
        purposes: defaultdict[str, set[str]] = defaultdict(set)
        for row in counted:
            by_day[row.day, row.service] += row.calls
            purposes[row.service].add(row.purpose)
        assert by_day == Counter((_day(call), call["service"]) for call in made)
        assert len({day for day, _ in by_day}) == 2
        assert {row.company_id for row in counted} == {(await stage.store()).company_id}
        assert purposes["info.php"] == {"account"}
        assert purposes["produtos.pesquisa.php"] == {"product"}
        assert purposes["pedido.incluir.php"] == {"order"}
        assert purposes["pedido.obter.php"] == {"situation"}
        assert purposes["lista.atualizacoes.estoque"] == {"feed"}
        assert purposes["produto.obter.estoque.php"] >= {"product", "message"}
        dealt = await _dealt_with(stage)
        assert (dealt["order"], dealt["message"]) == (3, 3)
        assert dealt["product"] == 2 * len(await stage.erp_products())
        assert dealt["situation"] >= 1

    erp = {"products": PRODUCTS, "plan": "crescer", "variations_share": 0.0}
    play(story, erp=erp, shop={"stores": [{}, {}]})


def test_metrics_tell_todays_calls_of_each_account_and_no_secret(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, ())
        await sell(stage, payment="pix")
        env, store = stage.product.env, await stage.store()
        assert store.company_id is not None
        for shift in (timedelta(days=-1), timedelta(days=1)):
            await env.db.write(tally.called, store.company_id, env.clock.now() + shift, "info.php", Purpose.ACCOUNT, 99)
        text, told = await _metrics(stage)
        calls = {purpose: value for (name, _, purpose), value in told.items() if name == "connector_erp_calls_today"}
        dealt = {purpose: value for (name, _, purpose), value in told.items() if name == "connector_dealt_with_today"}
        assert {of for _, of, _ in told} == {store.company_id}
        assert sum(calls.values()) == len(_journal(stage))
        assert (calls["account"], calls["order"]) == (1, 1)
        assert (dealt["order"], dealt["product"]) == (1, len(await stage.erp_products()))
        assert set(dealt) <= {"product", "order", "situation", "message"}
        vault = env.vault
        sealed = (store.erp_token, store.bearer, store.door, store.subscription_secret)
        assert not [secret for secret in sealed if secret and (secret in text or vault.open(secret) in text)]

    play(story, erp={"products": 6, "variations_share": 0.0})


def test_of_an_account_whose_plan_lost_the_api_nothing_is_asked_twice_but_once_an_hour_whether_it_is_back(
    play: Play,
) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await stage.erp_door.send("PATCH", "", {"plan": "comecar"})
        orders = [await place(stage, payment="pix") for _ in range(3)]
        await stage.until_connection("paused", seconds=HOUR)
        # What had its turn already is refused, a minute apart; what comes in later asks nothing.
        await stage.clock.sleep(300)
        before = len(_journal(stage))
        orders.append(await place(stage, payment="pix"))
        await _moved(stage, (await stage.erp_products())[0], [3, 9])
        await stage.clock.sleep(1500)
        assert len(_journal(stage)) == before
        await stage.clock.sleep(5 * HOUR)
        asked = [call["service"] for call in _journal(stage)[before:]]
        assert asked == ["info.php"] * 5

        await stage.erp_door.send("PATCH", "", {"plan": "evoluir"})
        await stage.until_connection("connected", seconds=1.2 * HOUR)

        async def sent() -> bool:
            return len(stage.erp.orders) == len(orders)

        await stage.until(sent, "the orders are in the ERP", seconds=600)
        limit = await stage.product.env.db.read(lambda c: c.scalar(sa.select(company.c.calls_per_minute)))
        assert limit == 60
        assert [call for call in _journal(stage) if call["code"] in (6, 11)] == []

    play(story, erp={"products": 4, "variations_share": 0.0})


def test_calls_that_take_long_are_as_many_at_once_as_the_plan_allows_and_never_more(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(0)
        await stage.connect(1)
        await asyncio.gather(*(stage.until_pulled(place=place, seconds=2 * HOUR) for place in (0, 1)))
        made = _journal(stage)
        assert [call for call in made if call["code"] in (6, 11)] == []
        # Where one ends as another begins, the end comes first.
        moments = sorted([(call["ended"], -1) for call in made if call["ended"]] + [(call["at"], 1) for call in made])
        assert max(accumulate(change for _, change in moments)) == 30 // 4

    erp = {"products": 25, "plan": "crescer", "variations_share": 0.0, "latency": 20.0}
    play(story, erp=erp, shop={"stores": [{}, {}]})
