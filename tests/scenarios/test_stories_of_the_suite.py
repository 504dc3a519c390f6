"""The words that the suite's stories use: each check can also be wrong."""

from __future__ import annotations

import pytest

BEGINNING = """\
title: a story
worlds:
  accounts: {matriz: {products: 2, variations: 0}}
steps:
  - merchant: connects
  - eventually: pulled
    within: 5m
"""
ADDED = """\
  - operator: adds_product
    code: NOVO
    price: "12.90"
    stock: 7
  - eventually: product_in_shop
    code: NOVO
    within: 15m
    price: "12.90"
    stock: 7
    visible: true
    variations: 0
"""


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("price: '13.00'", "NOVO: price is 12.90, not 13.00"),
        ("stock: 8", "NOVO: stock is 7, not 8"),
        ("variations: 2", "NOVO: variations is 0, not 2"),
        ("visible: false", "NOVO: visible is True, not False"),
        ("name: Chaleira", "NOVO: name is Produto NOVO, not Chaleira"),
        ("there: false", "NOVO: in the shop"),
    ],
)
def test_a_product_that_is_otherwise_in_the_shop_fails(command, write, field, told):
    ended = command("run", write(BEGINNING + ADDED + f"  - expect: product_in_shop\n    code: NOVO\n    {field}\n"))
    assert ended.status == 1
    assert told in ended.out


def test_a_product_that_the_shop_does_not_have(command, write):
    step = "  - expect: product_in_shop\n    code: OUTRO\n"
    assert command("run", write(BEGINNING + step + "    there: false\n")).status == 0
    ended = command("run", write(BEGINNING + step))
    assert ended.status == 1
    assert "OUTRO: not in the shop" in ended.out


def test_the_connection_that_the_panel_shows(command, write):
    step = "  - expect: panel_shows\n    connection: "
    assert command("run", write(BEGINNING + step + "connected\n")).status == 0
    ended = command("run", write(BEGINNING + step + "token_rejected\n"))
    assert ended.status == 1
    assert "the panel: connection is connected, not token_rejected" in ended.out


def test_a_merchant_who_has_logged_in_can_go_back_to_the_panel(command, write):
    steps = "  - merchant: synchronises\n  - merchant: pastes_token\n  - eventually: pulled\n    within: 5m\n"
    ended = command("run", write(BEGINNING + steps))
    assert ended.status == 0, ended.out
