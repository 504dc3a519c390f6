"""A busy day as it is planned: by the hours of Brasília, the same for the same seed."""

from dataclasses import replace
from datetime import datetime

import pytest

from scenarios.harness.clock import BRASILIA
from scenarios.soak.ending import agrees
from scenarios.soak.plan import HOUR, Wish, deeds, share_of_day

WISH = Wish(
    hours=24,
    shops=1,
    rate=60,
    database="sqlite",
    seed=5,
    products=30,
    orders=600,
    movements=2400,
    keep_hours=12,
    watch_every=900,
)


def test_a_whole_day_has_all_of_its_orders_and_movements():
    assert sum(share_of_day(hour) for hour in range(24)) == pytest.approx(1)
    kinds = [deed.kind for deed in deeds(WISH, 0)]
    assert kinds.count("order") == pytest.approx(600, abs=15)
    assert kinds.count("move") == pytest.approx(2400, abs=15)


def test_the_peaks_are_late_in_the_morning_and_in_the_evening_and_the_night_is_quiet():
    midnight = replace(WISH, start=datetime(2026, 8, 31, tzinfo=BRASILIA))
    counts = [0] * 24
    for deed in deeds(midnight, 0):
        if deed.kind == "move":
            counts[int(deed.at // HOUR)] += 1
    assert max(counts[8:14]) == max(counts[10:12])
    assert max(counts[14:]) == max(counts[19:22])
    assert max(counts[1:6]) * 5 < min(max(counts[8:14]), max(counts[14:]))


def test_deeds_come_in_order_of_time_within_the_day_and_each_step_after_its_order():
    planned, placed = deeds(WISH, 0), {}
    assert planned == sorted(planned)
    assert all(0 <= deed.at < 24 * HOUR for deed in planned)
    for deed in planned:
        if deed.kind == "order":
            placed[deed.order] = deed.at
        elif deed.kind == "step":
            assert deed.at > placed[deed.order]


def test_the_same_seed_gives_the_same_day_and_each_shop_has_its_own():
    assert deeds(WISH, 3) == deeds(WISH, 3)
    assert deeds(WISH, 3) != deeds(WISH, 4)
    assert deeds(WISH, 3) != deeds(replace(WISH, seed=6), 3)


@pytest.mark.parametrize(
    ("status", "situation", "equal"),
    [
        ("paid", "aprovado", True),
        ("shipped", "enviado", True),
        ("cancelled", "cancelado", True),
        ("paid", "enviado", False),
        ("cancelled", "aprovado", False),
        ("paid", "cancelado", False),
    ],
)
def test_what_the_shop_shows_of_a_situation(status, situation, equal):
    assert agrees(status, situation) is equal
