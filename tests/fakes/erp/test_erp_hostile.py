"""Hostile requests: nothing unasked-for comes back, the state holds together, and the look at it can see."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random

import pytest

from fake_erp import movements
from fake_erp.app import FakeErp
from fake_erp.stock import IN
from scenarios.harness.clock import StandingClock
from scenarios.hostile import by_schema, invariants
from scenarios.hostile.erp import play
from scenarios.hostile.mangling import Honest, mangled


@pytest.mark.slow
def test_two_thousand_hostile_requests_break_nothing():
    made_by_schema = by_schema.at_erp(400, seed="ci")
    mangled_ones = asyncio.run(play(2000 - made_by_schema.requests, seed="ci"))
    assert made_by_schema.wrong == mangled_ones.wrong == []
    # Some end a connection without an answer; most are answered, and many get as far as being carried out.
    assert made_by_schema.requests + mangled_ones.requests > 1900
    assert made_by_schema.requests > 200
    assert mangled_ones.codes[None] > 400
    assert {3, 10, 20, 31, 32} <= set(mangled_ones.codes)


def test_a_number_makes_the_same_request_again():
    honest = Honest("/api2/x.php", {"token": "t", "formato": "json", "pedido": {"itens": [{"a": 1}, {"b": [2]}]}})
    made = [[mangled(honest, number, Random(f"s:{number}")) for number in range(500)] for _ in range(2)]
    assert made[0] == made[1]
    assert len({(raw.target, raw.body) for raw in made[0]}) > 350


def _tampered_balance(world):
    world.catalogue.all()[0].balances = (Decimal(99), *world.catalogue.all()[0].balances[1:])


def _tampered_reserve(world):
    world.catalogue.all()[0].reserved += 1


def _lost_journal_entry(world):
    next(iter(world.journal))["seq"] = 7


def _token_in_the_journal(world):
    world.journal.append("note", text=f"token={world.token}")


def _lost_variation(world):
    world.catalogue.all()[0].variation_ids = (5,)


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (_tampered_balance, "its movements make"),
        (_tampered_reserve, "open orders take"),
        (_lost_journal_entry, "has seq 7"),
        (_token_in_the_journal, "holds the token"),
        (_lost_variation, "lacks variation 5"),
    ],
)
async def test_the_look_at_an_account_sees(tamper, said):
    world = FakeErp(StandingClock()).create_world(name="loja", products=3, variations_share=0)
    before = invariants.baseline(world)
    movements.post(world, world.catalogue.all()[1], 0, IN, Decimal(4))
    world.journal.append("note")
    assert invariants.broken(world, before) == []
    tamper(world)
    assert [line for line in invariants.broken(world, before) if said in line]
    await world.close()
