"""What a merchant reads after saving a token, in the panel and on the connector's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.store import pulls, work
from scenarios.runner.stage import Stage

Play = Callable[..., None]


def _panel(stage: Stage) -> tuple[str, str]:
    settings = stage.shop.stores[stage.store_id()].settings
    return settings.connection, settings.message or ""


def test_a_wrong_token_is_told_as_such(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(token="f" * 64)
        await stage.until_connection("token_rejected")
        assert "não reconheceu este token" in _panel(stage)[1]
        assert len(stage.fake_erp.journal) == 1

    play(story)


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"plan": "comecar"}, "plano contratado no ERP não inclui acesso à API"),
        ({"api_access": False}, "plano contratado no ERP não inclui acesso à API"),
        ({"blocked": True}, "bloqueada no ERP"),
    ],
)
def test_each_reason_for_a_closed_account_has_words_of_its_own(
    play: Play, account: dict[str, object], words: str
) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_connection("paused")
        assert words in _panel(stage)[1]

    play(story, erp=account)


def test_an_account_that_opens_again_is_connected_without_anybody_doing_anything(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_connection("paused")
        await stage.erp_door.send("PATCH", "", {"plan": "evoluir"})
        await stage.until_connection("connected", seconds=2 * 3600)

    play(story, erp={"plan": "comecar"})


def test_an_empty_token_is_refused_by_the_panel_and_never_reaches_the_connector(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await stage.connect(token="   ")
        assert "Informe o token" in merchant.page
        await stage.clock.sleep(30)
        assert _panel(stage)[0] == "not_connected"
        assert len(stage.erp.journal) == 0

    play(story)


def test_an_erp_that_does_not_answer_is_tried_again_and_the_merchant_told(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.erp_door.send("POST", "/faults", {"call": "info.php", "what": "html_502", "calls": 3})
        await stage.connect()

        async def told() -> bool:
            return "ERP está com problemas" in _panel(stage)[1]

        await stage.until(told, "the message about trouble")
        await stage.until_connection("connected", seconds=600)
        assert stage.erp.faults.counts["info.php"] == 4

    play(story)


def test_a_new_token_of_the_same_company_replaces_the_old_one(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await stage.connect()
        await stage.until_pulled(seconds=3600)
        company = (await stage.store()).company_id
        await stage.erp_door.send("PATCH", "", {"token": "9" * 64})
        await stage.product.env.db.write(_ask_for_pull, stage)
        await stage.until_connection("token_rejected", seconds=600)
        await merchant.save_token("9" * 64)
        await stage.until_connection("connected")
        assert (await stage.store()).company_id == company
        await stage.until_pulled(2, seconds=3600)

    play(story, erp={"products": 3})


def test_with_a_token_that_is_refused_nobody_asks_the_erp_again_and_again(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await stage.connect()
        await stage.until_pulled(seconds=3600)
        await stage.erp_door.send("PATCH", "", {"token": "9" * 64})
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 5})
        await stage.until_connection("token_rejected", seconds=600)
        await stage.clock.sleep(2 * 3600)
        before = len(stage.fake_erp.journal)
        await stage.clock.sleep(6 * 3600)
        assert len(stage.fake_erp.journal) == before
        await merchant.save_token("9" * 64)

        async def sent() -> bool:
            return len(stage.erp.orders) == 5

        await stage.until(sent, "all orders in the ERP", seconds=600)

    play(story, erp={"products": 3})


def _ask_for_pull(c: object, stage: Stage) -> None:
    from connector.flows import pull

    assert pull.request(c, stage.product.env, stage.store_id())  # type: ignore[arg-type]


def test_two_shops_on_one_erp_account_share_one_company_and_its_quota(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(0)
        await stage.connect(1)
        await stage.until_pulled(1, place=0, seconds=3600)
        await stage.until_pulled(1, place=1, seconds=3600)
        assert (await stage.store(0)).company_id == (await stage.store(1)).company_id
        assert stage.erp.statistics.as_dict(60, 60)["blocked"]["natural"] == {"6": 0, "11": 0}
        assert len(await stage.shop_products(0)) == len(await stage.shop_products(1)) > 10

    play(story, erp={"products": 30, "plan": "crescer"}, shop={"stores": [{}, {}]})


def test_uninstalling_forgets_the_secrets_and_stops_all_work(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await stage.connect()
        await stage.until_connection("connected")
        await merchant.uninstall()

        async def forgotten() -> bool:
            return (await stage.store()).uninstalled_at is not None

        await stage.until(forgotten, "uninstalled")
        store = await stage.store()
        assert store.erp_token is None and store.bearer == "" and store.subscription_secret is None
        await stage.clock.sleep(120)
        assert await stage.product.env.db.read(work.counts, store.id) == {}

    play(story, erp={"products": 50})


def test_saving_the_same_token_again_pulls_nothing_anew(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await stage.connect()
        await stage.until_pulled(seconds=3600)
        await merchant.save_token(stage.erp.token)
        await stage.clock.sleep(600)
        assert await stage.product.env.db.read(pulls.finished_count, stage.store_id()) == 1
        assert stage.erp.faults.counts["produtos.pesquisa.php"] == 1

    play(story, erp={"products": 5})


def test_no_pull_begins_while_one_is_under_way(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await stage.connect()
        await stage.until_connection("connected")
        await merchant.save_token(stage.erp.token)
        await stage.until_pulled(seconds=3600)
        assert await stage.product.env.db.read(pulls.finished_count, stage.store_id()) == 1

    play(story, erp={"products": 40})


def test_a_token_saved_before_the_subscription_is_there_is_found(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.shop_door.send("POST", "/faults", {"call": "POST /webhooks", "what": "html_502", "calls": 3})
        await stage.connect()
        await stage.until_connection("connected", seconds=120)

    play(story)


def test_an_event_of_the_panel_that_is_lost_for_good_is_made_up_for(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(token="e" * 64)
        await stage.until_connection("token_rejected")
        merchant = stage.merchant()
        await merchant.log_in()
        for attempt in range(1, 10):
            await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": attempt})
        await merchant.save_token(stage.erp.token)
        await stage.until_connection("connected", seconds=3600)

    play(story)


def test_a_refused_token_is_not_tried_again_and_again(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(token="d" * 64)
        await stage.until_connection("token_rejected")
        await stage.clock.sleep(6 * 3600)
        assert len(stage.fake_erp.journal) == 1

    play(story)


def test_an_account_whose_storage_is_full_is_not_pulled_anew_every_hour(play: Play) -> None:
    """Only inserts are refused: the hourly look finds it answering, and the next order finds it full."""

    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_pulled(seconds=3600)
        await stage.erp_door.send("PATCH", "", {"storage_records": 1})
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1, "status": "paid"})
        await stage.until_connection("paused", seconds=60)
        asked = stage.erp.faults.counts["info.php"]
        feed = stage.erp.faults.counts["lista.atualizacoes.produtos"]
        await stage.clock.sleep(6 * 3600)
        assert stage.erp.faults.counts["info.php"] - asked >= 5
        assert stage.erp.faults.counts["produtos.pesquisa.php"] == 1
        # What changes is read still, each time that the account seems to work.
        assert stage.erp.faults.counts["lista.atualizacoes.produtos"] - feed >= 5
        await stage.erp_door.send("PATCH", "", {"storage_records": 0})
        await stage.until_connection("connected", seconds=2 * 3600)
        await stage.clock.sleep(600)
        assert len(stage.erp.orders) == 1

    play(story, erp={"products": 5, "plan": "potencializar"})
