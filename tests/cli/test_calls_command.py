"""`connector calls`: what the quota of each ERP account was spent on."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from connector.core.purpose import Purpose
from connector.store import schema, stores, tally
from connector.store.engine import make_engine
from connector.store.tables import company

KNOWN, BY_TOKEN = "12345678000195", "token:5f2c"


@pytest.fixture
def counted(good):
    """Two accounts with a store each, calls of today and of two days ago, and a store without an account."""
    url, now = good["CONNECTOR_DATABASE_URL"], datetime.now(UTC)
    schema.migrate(url)
    engine = make_engine(url)
    with engine.begin() as c:
        c.execute(sa.insert(company), [{"id": KNOWN, "name": "Loja [red]Um"}, {"id": BY_TOKEN, "name": ""}])
        for store_id, company_id in ((7, KNOWN), (8, BY_TOKEN), (9, None)):
            mark = f"m{store_id}"
            stores.install(c, store_id, api_url="http://shop.example", bearer="b", door="d", door_mark=mark, now=now)
            stores.change(c, store_id, company_id=company_id)
        tally.called(c, KNOWN, now, "produto.obter.php", Purpose.PRODUCT, 150)
        tally.called(c, KNOWN, now, "produto.obter.estoque.php", Purpose.PRODUCT, 51)
        tally.called(c, KNOWN, now, "lista.atualizacoes.estoque", Purpose.FEED, 12)
        tally.called(c, KNOWN, now - timedelta(days=2), "pedido.incluir.php", Purpose.ORDER, 3)
        tally.called(c, BY_TOKEN, now, "info.php", Purpose.ACCOUNT, 4)
        for store_id, purpose, count in ((7, Purpose.PRODUCT, 100), (7, Purpose.MESSAGE, 40)):
            tally.dealt_with(c, store_id, purpose, now, count)
        tally.dealt_with(c, 7, Purpose.ORDER, now - timedelta(days=2), 3)
    engine.dispose()
    return {**good, "day": tally.day_of(now), "before": tally.day_of(now - timedelta(days=2))}


@pytest.fixture
def shown(connector, counted):
    """The rows that the command prints."""

    def run(*arguments):
        ended = connector("calls", *arguments, **counted)
        assert (ended.returncode, ended.stderr) == (0, "")
        lines = [line for line in ended.stdout.splitlines() if line.startswith("│")]
        return [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in lines]

    return run


def test_calls_of_today_stand_beside_what_they_dealt_with(shown, counted):
    day = counted["day"]
    assert shown() == [
        ("Loja [red]Um", day, "product", "201", "100", "2.010"),
        ("Loja [red]Um", day, "message", "0", "40", "0.000"),
        ("Loja [red]Um", day, "feed", "12", "–", "–"),
        (BY_TOKEN, day, "account", "4", "–", "–"),
    ]


def test_as_many_days_are_shown_as_are_asked_for_today_included(shown, counted):
    old = ("Loja [red]Um", counted["before"], "order", "3", "3", "1.000")
    assert old not in shown("--days", "2")
    assert shown("--days", "3")[3] == old


def test_one_stores_account_is_shown_alone(shown):
    assert {row[0] for row in shown("8", "--days", "30")} == {BY_TOKEN}


def test_a_store_without_an_account_is_one_line(connector, counted):
    ended = connector("calls", "9", **counted)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == ("connector: store 9 has no ERP account here: `connector status` lists the stores\n")


def test_a_number_of_days_that_is_none_is_refused(connector, good):
    ended = connector("calls", "--days", "0", **good)
    assert ended.returncode == 2
    assert "--days" in ended.stderr
