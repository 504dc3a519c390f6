"""The level that the shop shall show, by mode and depot (decisions §7)."""

from decimal import Decimal as D

import pytest

from connector.core.catalogue import Depot, ErpStock, Skip
from connector.core.reasons import Reason
from connector.core.stock import StockMode, level, relevelled


def stock(balance: str, reserved: str = "0", **depots: str) -> ErpStock:
    named = tuple(Depot(name=name, balance=D(held), ignored=False) for name, held in depots.items())
    return ErpStock(balance=D(balance), reserved=D(reserved), depots=named)


@pytest.mark.parametrize(
    ("mode", "depot", "shown"),
    [
        (StockMode.PHYSICAL, None, "12"),
        (StockMode.AVAILABLE, None, "10"),
        (StockMode.PHYSICAL, "Loja", "5"),
        (StockMode.AVAILABLE, "Loja", "3"),
        (StockMode.PHYSICAL, " loja ", "5"),
    ],
)
def test_the_level_follows_mode_and_depot(mode, depot, shown):
    assert level(stock("12", "2", Geral="7", Loja="5"), mode, depot) == D(shown)


@pytest.mark.parametrize(
    ("balance", "reserved", "shown"),
    [("-3", "0", "0"), ("1", "2", "0"), ("5.25", "0", "5.250"), ("5.2509", "0", "5.250"), ("2.5", "0.75", "1.750")],
)
def test_a_level_is_never_negative_and_keeps_three_decimals(balance, reserved, shown):
    assert level(stock(balance, reserved), StockMode.AVAILABLE, None) == D(shown)


def test_depots_of_one_name_are_added():
    depots = tuple(Depot(name=name, balance=D(2), ignored=False) for name in ("Geral", "GERAL", "Outro"))
    assert level(ErpStock(balance=D(9), reserved=D(0), depots=depots), StockMode.PHYSICAL, "Geral") == 4


def test_a_depot_that_is_left_out_of_the_total_may_still_be_chosen():
    depots = (Depot(name="Avarias", balance=D(3), ignored=True),)
    assert level(ErpStock(balance=D(0), reserved=D(0), depots=depots), StockMode.PHYSICAL, "Avarias") == 3


def test_an_unknown_depot_gives_no_level_and_names_those_there_are():
    assert level(stock("12", Geral="7", Loja="5"), StockMode.PHYSICAL, "Fábrica") == Skip(
        reason=Reason.DEPOT_UNKNOWN, detail="Geral, Loja"
    )


def test_no_depots_at_all_is_not_a_level_of_zero():
    assert level(stock("12"), StockMode.PHYSICAL, "Geral") == Skip(reason=Reason.DEPOT_UNKNOWN)


@pytest.mark.parametrize(
    ("shown", "is_outdated", "level"),
    [("146", False, "10"), ("1", False, "10"), ("1", True, "1"), ("146", True, "10"), (None, True, "10")],
)
def test_by_another_mode_no_more_is_shown_than_before_where_messages_came_since_the_answer(shown, is_outdated, level):
    before = None if shown is None else D(shown)
    by_mode = relevelled(stock("12", "2"), StockMode.AVAILABLE, None, before, is_outdated=is_outdated)
    assert by_mode == D(level)


def test_by_a_depot_that_does_not_exist_there_is_no_level():
    assert relevelled(stock("12", Geral="12"), StockMode.PHYSICAL, "Loja", D(1), is_outdated=True) is None
