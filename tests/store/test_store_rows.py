"""Stores: installing again keeps what must stay, uninstalling forgets what must go."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.store import stores
from connector.store.tables import company


@pytest.fixture
def connected(c):
    """Store 7, with everything that a connected store has."""
    c.execute(sa.insert(company).values(id="12345678000195", name="Loja Um", calls_per_minute=60))
    stores.change(
        c,
        7,
        connection="connected",
        erp_token="sealed token",
        erp_token_mark="mark of token",
        company_id="12345678000195",
        subscription_id=5,
        subscription_secret="sealed secret",
        depot="Geral",
        integrator_id="9",
    )
    return c


def install_again(c, now):
    stores.install(c, 7, api_url="http://new.example", bearer="new", door="new door", door_mark="new mark", now=now)


def test_a_store_is_found_by_its_number_and_by_its_door(c):
    assert stores.by_id(c, 7) == stores.by_door(c, "mark 7")
    assert stores.by_id(c, 9) is None
    assert stores.by_door(c, "mark 9") is None


def test_a_store_shows_its_company(connected):
    store = stores.by_id(connected, 7)
    assert (store.company_name, store.calls_per_minute) == ("Loja Um", 60)


def test_a_store_without_company_has_no_limit(c):
    assert stores.by_id(c, 7).calls_per_minute is None


def test_installing_again_renews_the_access_and_keeps_door_and_settings(connected, now):
    install_again(connected, now + timedelta(days=1))
    store = stores.by_id(connected, 7)
    assert (store.bearer, store.api_url, store.installed_at) == ("new", "http://new.example", now + timedelta(days=1))
    assert (store.door, store.door_mark, store.depot, store.integrator_id) == ("door 7", "mark 7", "Geral", "9")


def test_installing_again_ends_the_trust_in_the_old_subscription(connected, now):
    install_again(connected, now)
    store = stores.by_id(connected, 7)
    assert (store.subscription_id, store.subscription_secret) == (None, None)


def test_uninstalling_forgets_every_secret_and_keeps_the_store(connected, now):
    stores.uninstall(connected, 7, now)
    store = stores.by_id(connected, 7)
    assert (store.bearer, store.erp_token, store.erp_token_mark, store.subscription_secret) == ("", None, None, None)
    assert (store.connection, store.uninstalled_at, store.depot) == ("not_connected", now, "Geral")


def test_a_store_that_left_and_came_back_is_listed_again(c, now):
    stores.uninstall(c, 7, now)
    assert [store.id for store in stores.everyone(c)] == [8]
    install_again(c, now)
    assert [store.id for store in stores.everyone(c)] == [7, 8]


def test_the_company_of_a_token_is_known_from_another_store(connected):
    assert stores.company_of_token(connected, "mark of token") == "12345678000195"
    assert stores.company_of_token(connected, "another mark") is None


def test_two_stores_cannot_share_a_door(c):
    with pytest.raises(sa.exc.IntegrityError), c.begin_nested():
        stores.change(c, 8, door_mark="mark 7")


def test_a_store_is_printed_without_its_secrets(connected):
    shown = repr(stores.by_id(connected, 7))
    assert not any(secret in shown for secret in ("bearer 7", "sealed token", "sealed secret", "door 7", "mark 7"))
