"""The ways to use the fake: in a thread, and as a pytest fixture."""

from __future__ import annotations

import json
import threading
import urllib.request

import pytest

from fake_webstore.serving import RunningWebstore
from scenarios.harness.running import DoorRefused

pytest_plugins = ["pytester"]


def test_a_thread_of_its_own_serves_programs_without_a_loop() -> None:
    before = threading.active_count()
    with RunningWebstore() as running:
        shop = running.platform(stores=[{"installed": True, "products": 5}], bucket=False)
        order = shop.order(payment="pix", status="awaiting_payment", oversell=True)
        store = shop.about["stores"][0]
        address = f"{running.site}/demo/api/v1/stores/{store['id']}/orders/{order['id']}"
        headers = {"Authorization": f"Bearer {store['access_token']}", "User-Agent": "tests (a@exemplo.com.br)"}
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            assert json.load(answer)["status"] == "awaiting_payment"
        shop.advance(3600)
        assert shop.at_store("GET", f"/orders/{order['id']}")["payment_status"] == "expired"
        with pytest.raises(DoorRefused, match="there is a world 'demo' already"):
            running.platform()
    assert threading.active_count() == before


def test_the_fixture_gives_each_test_a_fake_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_one(fake_webstore, fake_erp):
            assert fake_webstore.platform(stores=[{"products": 2}]).about["stores"][0]["products"] == 2
            assert fake_erp.account().products() == []

        def test_another(fake_webstore):
            assert fake_webstore.ask("GET", "worlds") == []
        """
    )
    # A process of its own: the plugin must be found as an installed one.
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
