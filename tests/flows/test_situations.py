"""What happens to an order in the ERP shows in the shop: forward only, with its tracking code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.store import sales, work
from connector.store.sales import Sale
from scenarios.runner.stage import Stage

Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 6, "variations_share": 0.0}
TRACKING = {"codigoRastreamento": "BR123456785BR", "urlRastreamento": "https://rastreio.example/BR123456785BR"}


async def _sent(stage: Stage, *, webhooks: bool = True) -> tuple[dict[str, Any], str]:
    """A connected shop with one order in the ERP; the shop's order and the ERP's id."""
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    if webhooks:
        door = stage.product.env.door_url(await stage.store())
        addresses = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
        await stage.erp_door.send("PATCH", "", dict.fromkeys(addresses, door))
        # As the merchant would have typed it on the connector's page.
        merchant = stage.merchant()
        await merchant.log_in()
        await merchant.open_connector()
        await merchant.submit("integrator_id", integrator_id="8123", stock_mode="physical", depot="")
    answer = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1})
    order = dict(answer["orders"][0])

    async def referenced() -> bool:
        return (await _shown(stage, order))["external_reference"] is not None

    await stage.until(referenced, "the order is in the ERP", seconds=HOUR)
    return order, (await _shown(stage, order))["external_reference"]["id"]


async def _shown(stage: Stage, order: dict[str, Any]) -> dict[str, Any]:
    return dict(await stage.shop_door.get(f"/stores/{stage.store_id()}/orders/{order['id']}"))


async def _until_status(stage: Stage, order: dict[str, Any], status: str, seconds: float = 60) -> dict[str, Any]:
    async def reached() -> bool:
        return bool((await _shown(stage, order))["status"] == status)

    await stage.until(reached, f"the shop shows {status}", seconds)
    return await _shown(stage, order)


async def _set(stage: Stage, erp_id: str, situation: str) -> None:
    await stage.erp_door.send("POST", f"/orders/{erp_id}/situation", {"situacao": situation})


async def _track(stage: Stage, erp_id: str) -> None:
    await stage.erp_door.send("POST", f"/orders/{erp_id}/tracking", TRACKING)


async def _situation(stage: Stage, erp_id: str) -> str:
    return str((await stage.erp_door.get(f"/orders/{erp_id}"))["situacao"])


async def _cancel_in_shop(stage: Stage, order: dict[str, Any]) -> None:
    path = f"/stores/{stage.store_id()}/orders/{order['id']}/cancel"
    await stage.shop_door.send("POST", path, {"reason": "customer"})


async def _sale(stage: Stage, order: dict[str, Any]) -> Sale:
    sale = await stage.product.env.db.read(sales.by_order, stage.store_id(), int(order["id"]))
    assert sale is not None
    return sale


def _writes(stage: Stage) -> list[str]:
    names = ("pedido.incluir.php", "pedido.alterar.situacao")
    return [e["service"] for e in stage.erp.journal if e["kind"] == "call" and e["service"] in names]


def _statuses(shown: dict[str, Any]) -> list[str]:
    lines = [line["status"] for line in shown["history"]]
    return [status for place, status in enumerate(lines) if place == 0 or lines[place - 1] != status]


def test_the_shop_follows_the_erp_to_the_tracking_code_and_nothing_echoes_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage)
        for situation, status in (("preparando_envio", "preparing"), ("faturado", "invoiced")):
            await _set(stage, erp_id, situation)
            await _until_status(stage, order, status)
        await _track(stage, erp_id)
        await _set(stage, erp_id, "enviado")
        shown = await _until_status(stage, order, "shipped")
        assert shown["shipping"]["tracking_code"] == TRACKING["codigoRastreamento"]
        assert shown["shipping"]["tracking_url"] == TRACKING["urlRastreamento"]
        await _set(stage, erp_id, "entregue")
        shown = await _until_status(stage, order, "delivered")
        assert _statuses(shown)[-4:] == ["preparing", "invoiced", "shipped", "delivered"]
        await stage.clock.sleep(HOUR)
        assert _writes(stage) == ["pedido.incluir.php"]

    play(story, erp=ERP)


def test_a_tracking_code_that_comes_after_the_despatch_is_shown_too(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage)
        await _set(stage, erp_id, "enviado")
        await _until_status(stage, order, "shipped")
        await _track(stage, erp_id)
        await stage.clock.sleep(30)
        assert (await _shown(stage, order))["shipping"]["tracking_code"] == TRACKING["codigoRastreamento"]

    play(story, erp=ERP)


def test_without_any_message_the_net_brings_the_situation(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage, webhooks=False)
        await _track(stage, erp_id)
        await _set(stage, erp_id, "enviado")
        shown = await _until_status(stage, order, "shipped", seconds=900)
        assert shown["shipping"]["tracking_code"] == TRACKING["codigoRastreamento"]

    play(story, erp=ERP)


def test_messages_that_come_late_and_in_disorder_never_move_the_shop_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage)
        late = {"call": "webhook:situacao_pedido", "what": "late", "first": 1, "calls": 1, "with": {"seconds": 300}}
        await stage.erp_door.send("POST", "/faults", late)
        await _set(stage, erp_id, "preparando_envio")
        await _set(stage, erp_id, "enviado")
        await _until_status(stage, order, "shipped")
        await stage.clock.sleep(HOUR)
        assert _statuses(await _shown(stage, order))[-2:] == ["paid", "shipped"]

    play(story, erp=ERP)


def test_an_order_reopened_in_the_erp_stays_where_the_shop_has_it(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage)
        await _set(stage, erp_id, "enviado")
        await _until_status(stage, order, "shipped")
        await _set(stage, erp_id, "aberto")
        await stage.clock.sleep(HOUR)
        assert (await _shown(stage, order))["status"] == "shipped"
        assert (await _sale(stage, order)).reason is None

    play(story, erp=ERP)


def test_a_cancellation_in_the_erp_shows_in_the_shop_and_is_not_sent_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage)
        await _set(stage, erp_id, "cancelado")
        shown = await _until_status(stage, order, "cancelled")
        assert shown["cancel_reason"] == "other"
        await stage.clock.sleep(HOUR)
        assert _writes(stage) == ["pedido.incluir.php"]

    play(story, erp=ERP)


def test_a_cancellation_in_the_shop_while_the_erp_prepares_is_followed_by_the_erp_without_a_conflict(
    play: Play,
) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage)
        await _set(stage, erp_id, "preparando_envio")
        await _cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await _situation(stage, erp_id) == "cancelado"
        assert (await _shown(stage, order))["status"] == "cancelled"
        assert (await _sale(stage, order)).reason is None

    play(story, erp=ERP)


def test_what_the_shop_cancels_after_the_erp_has_sent_it_is_left_to_a_person(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await _sent(stage, webhooks=False)
        await _set(stage, erp_id, "enviado")
        await _cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await _situation(stage, erp_id) == "enviado"
        assert (await _sale(stage, order)).reason == "order_conflict"
        # The person decides, in the ERP: nothing is left of the disagreement.
        await _set(stage, erp_id, "cancelado")
        await stage.clock.sleep(HOUR)
        assert (await _sale(stage, order)).reason is None
        assert "parked" not in await stage.product.env.db.read(work.counts, stage.store_id())

    play(story, erp=ERP)
