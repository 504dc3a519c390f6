"""Situations of the ERP move an order of the shop forward only."""

from __future__ import annotations

import itertools

import pytest

from connector.core.situations import Conflict, Move, Stay, decide

CHAIN = ["paid", "preparing", "invoiced", "ready_to_ship", "shipped", "delivered"]
WORDS = ["approved", "preparing", "invoiced", "ready", "shipped", "delivered"]


@pytest.mark.parametrize(("shown", "word"), list(itertools.product(CHAIN, WORDS)))
def test_the_chain_is_only_walked_forward(shown: str, word: str) -> None:
    moves = CHAIN.index(shown) < WORDS.index(word)
    assert decide(shown, word) == (Move(status=CHAIN[WORDS.index(word)]) if moves else Stay())


@pytest.mark.parametrize(
    ("shown", "word", "expected"),
    [
        ("paid", "cancelled", Move(status="cancelled")),
        ("ready_to_ship", "cancelled", Move(status="cancelled")),
        ("shipped", "cancelled", Conflict()),
        ("delivered", "cancelled", Conflict()),
        ("cancelled", "cancelled", Stay()),
        ("cancelled", "shipped", Conflict()),
        ("shipped", "not_delivered", Move(status="not_delivered")),
        ("paid", "not_delivered", Stay()),
        ("not_delivered", "shipped", Move(status="shipped")),
        ("not_delivered", "preparing", Stay()),
        ("awaiting_payment", "shipped", Stay()),
        ("awaiting_payment", "cancelled", Move(status="cancelled")),
        ("shipped", "open", Stay()),
        ("shipped", "incomplete", Stay()),
    ],
)
def test_the_named_exceptions(shown: str, word: str, expected: object) -> None:
    assert decide(shown, word) == expected
