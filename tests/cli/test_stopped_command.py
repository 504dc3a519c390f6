"""`stopped` and `revive`: dead letters as an engineer meets them."""

from datetime import UTC, datetime

import pytest

from connector.store import schema, stores, work
from connector.store.engine import make_engine
from connector.store.work import DEAD, PARKED, Priority

NOW = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def halted(good):
    """A database with one dead order, one parked order and one dead product."""
    url = good["CONNECTOR_DATABASE_URL"]
    schema.migrate(url)
    engine = make_engine(url)
    with engine.begin() as c:
        stores.install(c, 7, api_url="http://shop.example", bearer="b", door="d", door_mark="m", now=NOW)
        for kind, key, state, reason in (
            ("order", "1", DEAD, "erp_trouble"),
            ("order", "2", PARKED, "order_money"),
            ("pull.product", "3", DEAD, "erp_trouble"),
        ):
            work.enqueue(c, 7, kind, NOW, priority=Priority.ORDERS, key=key)
            (job,) = work.claim(c, 7, {int(Priority.ORDERS): 1}, NOW, NOW - NOW)
            work.stop(c, job, state, reason, "why")
    engine.dispose()
    return good


def test_what_stands_still_is_printed_with_its_reason_and_counted(connector, halted):
    ended = connector("stopped", **halted)
    assert ended.returncode == 0
    for text in ("pull.product", "order_money", "1 order dead: erp_trouble", "1 order parked: order_money"):
        assert text in ended.stdout


def test_a_filter_narrows_the_list(connector, halted):
    told = connector("stopped", "--kind", "order", "--state", "dead", **halted).stdout
    assert "1 order dead: erp_trouble" in told
    assert "order_money" not in told


def test_they_are_revived_by_filter_and_then_all(connector, halted):
    assert "2 piece(s)" in connector("revive", "--reason", "erp_trouble", **halted).stdout
    assert "1 piece(s)" in connector("revive", "--all", **halted).stdout
    assert "nothing stands still" in connector("stopped", **halted).stdout


def test_one_is_revived_by_its_number(connector, halted):
    assert "1 piece(s)" in connector("revive", "--id", "2", **halted).stdout
    assert "0 piece(s)" in connector("revive", "--id", "2", **halted).stdout


@pytest.mark.parametrize("arguments", [[], ["--all", "--kind", "order"]])
def test_revive_wants_to_know_which(connector, halted, arguments):
    ended = connector("revive", *arguments, **halted)
    assert (ended.returncode, "say which" in ended.stderr) == (2, True)


def test_without_a_database_the_command_says_what_to_do(connector, good):
    for command in (["stopped"], ["revive", "--all"]):
        ended = connector(*command, **good)
        assert (ended.returncode, "start `connector serve` first" in ended.stderr) == (1, True)
