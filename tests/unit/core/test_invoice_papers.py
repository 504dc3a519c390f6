"""Which invoice a shop may be told, and when one that is not authorised yet is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from random import Random

import pytest

from connector.core.invoices import VALID, Invoice, Paper, is_abandoned, is_key, next_look, paper_of
from scenarios.harness import documents

INVOICE = Invoice(
    invoice_id="880001",
    order_id="700100245",
    state=VALID,
    key="",
    number=132,
    series=1,
    issued_on=date(2026, 5, 15),
    amount=D("69.70"),
)


def made_key(seed: int) -> str:
    return documents.with_nfe_digit(documents.digits(Random(seed), 43))


@pytest.mark.parametrize("key", [made_key(seed) for seed in range(200)])
def test_a_key_is_known_by_its_check_digit(key: str) -> None:
    assert is_key(key)
    wrong = [key[:43] + digit for digit in "0123456789" if digit != key[43]]
    assert not any(is_key(other) for other in wrong)


@pytest.mark.parametrize("text", ["", "1" * 43, "1" * 45, "A" * 44, "٣" * 44, f" {made_key(1)[:43]}"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert not is_key(text)


def test_a_sound_invoice_is_told_as_it_is() -> None:
    sound = replace(INVOICE, key=made_key(7))
    assert paper_of(sound) == Paper(key=sound.key, number=132, series=1, issued_on=date(2026, 5, 15), amount=D("69.70"))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"key": made_key(7)[:43] + str((int(made_key(7)[43]) + 1) % 10)}, "key"),
        ({"number": None}, "number"),
        ({"number": 0}, "number"),
        ({"number": 1_000_000_000}, "number"),
        ({"series": None}, "series"),
        ({"series": 1000}, "series"),
        ({"issued_on": None}, "date"),
        ({"amount": None}, "amount"),
        ({"amount": D("-1")}, "amount"),
    ],
)
def test_one_that_the_shop_would_not_take_is_named(changes: dict[str, object], fault: str) -> None:
    assert paper_of(replace(INVOICE, **{"key": made_key(7), **changes})) == fault  # type: ignore[arg-type]


def test_the_waits_double_up_to_six_hours_and_end_after_a_week() -> None:
    age, waits = timedelta(0), []
    while not is_abandoned(age):
        waits.append(next_look(age))
        age += waits[-1]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (5, 5, 10, 20)]
    assert max(waits) == timedelta(hours=6)
    assert len(waits) < 40
