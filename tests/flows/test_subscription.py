"""The shop's events come again after it has given up sending them (webstore-api §11.4), by themselves."""

from __future__ import annotations

from collections.abc import Callable

from connector.store.stores import Store
from scenarios.runner.stage import Stage
from tests.flows.trade import ERP, HOUR, connected, place, sent, shown

Play = Callable[..., None]
# Longer than the nine attempts of a delivery.
WEEKEND = 60 * HOUR


async def _hears_of_an_order(stage: Stage) -> bool:
    """Whether an order reaches the ERP at once, not by the net."""
    order = await place(stage)
    await stage.clock.sleep(5)
    return (await shown(stage, order))["external_reference"] is not None


async def _given_up(stage: Stage) -> None:
    """The connector is down, until three deliveries are dead."""
    await stage.stop_connector()
    for _ in range(3):
        await place(stage)
    await stage.clock.sleep(WEEKEND)
    await stage.start_connector()
    assert [each.active for each in stage.shop.stores[stage.store_id()].webhooks.values()] == [False]


def _webhook_calls(stage: Stage) -> list[str]:
    return [e["call"] for e in stage.shop.journal if e["kind"] == "api" and "/webhooks" in e["call"]]


def test_a_subscription_that_was_switched_off_is_made_anew(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _given_up(stage)
        await stage.clock.sleep(2 * HOUR)
        assert await _hears_of_an_order(stage)

    play(story, erp=ERP)


def test_the_removal_of_the_app_is_heard_after_it_too(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _given_up(stage)
        await stage.clock.sleep(2 * HOUR)
        merchant = stage.merchant()
        await merchant.log_in()
        await merchant.uninstall()

        async def ended() -> bool:
            return (await stage.store()).uninstalled_at is not None

        await stage.until(ended, "uninstalled")
        await stage.clock.sleep(60)
        calls = len(_webhook_calls(stage))
        await stage.clock.sleep(12 * HOUR)
        assert len(_webhook_calls(stage)) == calls

    play(story, erp=ERP)


def test_one_that_somebody_has_deleted_is_made_anew(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        store = await stage.store()
        await stage.product.env.shop(store).unsubscribe(_subscription(store))
        assert not await _hears_of_an_order(stage)
        await stage.clock.sleep(2 * HOUR)
        assert await _hears_of_an_order(stage)

    play(story, erp=ERP)


def test_one_that_is_active_stays_and_costs_a_call_an_hour(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await sent(stage)
        before, known = len(_webhook_calls(stage)), _subscription(await stage.store())
        await stage.clock.sleep(6 * HOUR)
        calls = _webhook_calls(stage)[before:]
        assert set(calls) == {"GET /webhooks"} and 3 <= len(calls) <= 6
        assert _subscription(await stage.store()) == known

    play(story, erp=ERP)


def test_a_shop_without_an_account_is_asked_no_oftener(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(token="e" * 64)
        await stage.until_connection("token_rejected")
        before = len(_webhook_calls(stage))
        await stage.clock.sleep(6 * HOUR)
        assert 3 <= len(_webhook_calls(stage)) - before <= 6

    play(story, erp=ERP)


def _subscription(store: Store) -> int:
    assert store.subscription_id is not None
    return store.subscription_id
