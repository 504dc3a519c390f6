"""Installing: the way back from the shop's panel (webstore-api §3.2)."""

import pytest

from connector.flows.install import EVENTS
from fake_webstore import installs


@pytest.fixture
async def opened(stage):
    return await stage()


@pytest.fixture
def come_back(opened):
    async def ask(query):
        async with opened.http.get(f"{opened.url}/oauth/callback{query}", allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer.headers

    return ask


def code_of(stage):
    return installs.grant_code(stage.shop, stage.shop.stores[stage.store_id()])


async def test_a_good_code_installs_and_leads_back_to_the_panel(opened, come_back):
    status, _, headers = await come_back(f"?code={code_of(opened)}&state=x")
    assert status == 302
    assert headers["Location"] == f"{opened.shop_url}/painel/{opened.store_id()}/aplicativos/erp/configurar"
    store = await opened.store()
    assert store.connection == "not_connected"
    assert opened.product.env.vault.open(store.bearer) in opened.shop.tokens


async def test_installing_subscribes_to_the_events_of_the_app(opened, come_back):
    await come_back(f"?code={code_of(opened)}")
    store = opened.shop.stores[opened.store_id()]

    async def subscribed():
        return (await opened.store()).subscription_secret is not None

    await opened.until(subscribed, "the subscription")
    (subscription,) = store.webhooks.values() if isinstance(store.webhooks, dict) else store.webhooks
    assert set(subscription.events) == set(EVENTS)
    assert subscription.url == f"{opened.url}/webstore/eventos"


async def test_installing_again_keeps_the_address_for_the_erp(opened, come_back):
    await come_back(f"?code={code_of(opened)}")
    first = await opened.store()
    await come_back(f"?code={code_of(opened)}")
    again = await opened.store()
    assert again.door_mark == first.door_mark
    assert opened.product.env.vault.open(again.bearer) in opened.shop.tokens


@pytest.mark.parametrize("query", ["", "?code=", "?state=x"])
async def test_without_a_code_the_merchant_is_told_where_to_begin(come_back, query):
    status, text, _ = await come_back(query)
    assert status == 400
    assert "Falta o código da instalação" in text


@pytest.mark.parametrize("code", ["wrong", "ç" * 300, "a b%00"])
async def test_a_wrong_code_installs_nothing_and_is_explained(come_back, opened, code):
    status, text, _ = await come_back(f"?code={code}")
    assert status == 502
    assert "uma só vez" in text
    assert code not in text
    with pytest.raises(AssertionError, match="does not know this store"):
        await opened.store()


async def test_a_code_works_once(opened, come_back):
    code = code_of(opened)
    assert (await come_back(f"?code={code}"))[0] == 302
    assert (await come_back(f"?code={code}"))[0] == 502
