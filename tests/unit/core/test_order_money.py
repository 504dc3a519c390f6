"""The money of any order is either proved to the cent, or the order is held with the sum shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.money import Amounts, Unproved, goods_of, prove
from connector.core.orders import Instalment, Line, ShopOrder
from tests.unit.core.orders import ORDER

CENT = D("0.01")


def line(quantity: str, price: str, total: str, discount: str = "0.00") -> Line:
    amounts = {"quantity": D(quantity), "unit_price": D(price), "discount": D(discount), "total": D(total)}
    return Line(code="A", name="A", unit="KG", **amounts)


def order_of(lines: tuple[Line, ...], total: str, parts: tuple[str, ...]) -> ShopOrder:
    instalments = tuple(Instalment(due=date(2026, 9, 1), amount=D(part), method="pix") for part in parts)
    zero = D("0.00")
    return replace(
        ORDER, lines=lines, total=D(total), instalments=instalments, discount=zero, freight=zero, surcharge=zero
    )


def erp_total(order: ShopOrder, amounts: Amounts) -> D:
    """What the ERP comes to (contract, orders §2.3)."""
    return goods_of(order) + order.freight + amounts.surcharge - amounts.discount


@pytest.mark.parametrize(("shops_own", "discount", "surcharge"), [("25.01", "0.00", "0.00"), ("25.00", "0.01", "0.00")])
def test_a_cent_that_the_shop_rounded_otherwise_is_given_back(shops_own: str, discount: str, surcharge: str) -> None:
    # 0.75 × 33.34 = 25.005
    order = order_of((line("0.75", "33.34", shops_own),), shops_own, (shops_own,))
    proved = prove(order)
    assert isinstance(proved, Amounts)
    assert (proved.discount, proved.surcharge) == (D(discount), D(surcharge))
    assert erp_total(order, proved) == order.total


def test_a_cent_more_than_ours_is_an_expense() -> None:
    # 0.333 × 9.97 = 3.32001: a shop that always rounds up comes to one cent more.
    order = order_of((line("0.333", "9.97", "3.33"),), "3.33", ("3.33",))
    proved = prove(order)
    assert isinstance(proved, Amounts) and proved.surcharge == CENT
    assert erp_total(order, proved) == order.total


def test_a_cent_on_a_line_of_whole_pieces_is_not_explained_away() -> None:
    proved = prove(order_of((line("2", "10.00", "20.01"),), "20.01", ("20.01",)))
    assert proved == Unproved("20.00 - 0.00 + 0.00 + 0.00 = 20.00 ≠ 20.01")


def test_two_cents_on_one_line_are_held() -> None:
    assert isinstance(prove(order_of((line("0.75", "33.34", "25.03"),), "25.03", ("25.03",))), Unproved)


def test_a_cent_that_no_line_explains_is_held() -> None:
    # The line's own total is ours; only the order's differs.
    assert isinstance(prove(order_of((line("0.75", "33.34", "25.01"),), "25.02", ("25.02",))), Unproved)


def test_cents_that_the_instalments_leave_over_go_to_the_first() -> None:
    proved = prove(order_of((line("1", "100.00", "100.00"),), "100.00", ("33.33", "33.33", "33.33")))
    assert isinstance(proved, Amounts)
    assert [part.amount for part in proved.instalments] == [D("33.34"), D("33.33"), D("33.33")]


def test_more_than_a_cent_for_each_instalment_is_held_with_both_sums() -> None:
    proved = prove(order_of((line("1", "100.00", "100.00"),), "100.00", ("49.98", "49.99")))
    assert proved == Unproved("parcelas 99.97 ≠ 100.00")


def test_an_order_without_payments_has_no_instalments() -> None:
    proved = prove(order_of((line("1", "0.00", "0.00"),), "0.00", ()))
    assert isinstance(proved, Amounts) and proved.instalments == ()


cents = st.integers(0, 500_000).map(lambda n: D(n) / 100)
quantities = st.one_of(st.integers(1, 40).map(D), st.integers(1, 9_999).map(lambda n: D(n) / 1000))
rounding = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN])


@st.composite
def orders(draw: st.DrawFn) -> ShopOrder:
    """Orders of shops that round in one way or another; at times a sum is a few cents off."""
    way = draw(rounding)
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        quantity, price, discount = draw(quantities), draw(cents), draw(st.sampled_from(["0.00", "0.07", "1.10"]))
        total = (quantity * price).quantize(CENT, way) - D(discount)
        lines.append(
            Line(code="A", name="A", unit="UN", quantity=quantity, unit_price=price, discount=D(discount), total=total)
        )
    discount, freight, surcharge = (draw(cents).quantize(CENT) for _ in range(3))
    off = draw(st.sampled_from(["0.00", "0.00", "0.01", "-0.02", "1.00"]))
    total = sum((one.total for one in lines), D(0)) - discount + freight + surcharge + D(off)
    count = draw(st.integers(1, 12))
    part = (total / count).quantize(CENT, ROUND_DOWN)
    parts = [part] * count
    if draw(st.booleans()):
        parts[0] = total - part * (count - 1)
    instalments = tuple(Instalment(due=date(2026, 9, 1), amount=amount, method="pix") for amount in parts)
    amounts = {"discount": discount, "freight": freight, "surcharge": surcharge, "total": total}
    return replace(ORDER, lines=tuple(lines), instalments=instalments, **amounts)


@given(orders())
def test_whatever_is_sent_comes_to_the_shops_total_and_so_do_its_instalments(order: ShopOrder) -> None:
    proved = prove(order)
    if isinstance(proved, Unproved):
        assert "≠" in proved.arithmetic
        return
    assert erp_total(order, proved) == order.total
    assert sum((part.amount for part in proved.instalments), D(0)) == order.total
    fractional = sum(one.quantity != one.quantity.to_integral_value() for one in order.lines)
    given_back = abs(proved.surcharge - order.surcharge) + abs(
        proved.discount - order.discount - sum((one.discount for one in order.lines), D(0))
    )
    assert given_back <= CENT * fractional


@given(orders())
def test_an_order_whose_sums_meet_is_never_held(order: ShopOrder) -> None:
    exact = tuple(
        replace(one, total=(one.quantity * one.unit_price).quantize(CENT, ROUND_HALF_UP) - one.discount)
        for one in order.lines
    )
    total = sum((one.total for one in exact), D(0)) - order.discount + order.freight + order.surcharge
    whole = (Instalment(due=date(2026, 9, 1), amount=total, method="pix"),)
    if total >= 0:
        assert isinstance(prove(replace(order, lines=exact, total=total, instalments=whole)), Amounts)
