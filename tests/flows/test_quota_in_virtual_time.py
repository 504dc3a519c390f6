"""The ERP's quota, used to the full and never beyond; `make bench-quota` does the same with more of everything."""

from __future__ import annotations

import pytest

from scenarios.runner import bench_quota


@pytest.mark.slow
def test_a_thousand_products_take_the_calls_and_the_time_that_the_quota_allows() -> None:
    result = bench_quota.pull(1000, 60)
    assert result.equal
    assert result.blocked == 0
    assert result.calls == 10 + 2 * 1000
    assert result.virtual_s / result.floor_s <= 1.03
    assert result.quota_used >= 0.97
    assert result.skeleton_s < 120


def test_products_with_variations_cost_one_call_and_two_for_each_variation() -> None:
    result = bench_quota.pull(30, 120, 1.0)
    assert result.equal
    assert result.blocked == 0
    # The floor is what the catalogue takes: listing pages, details and balances.
    assert result.calls == result.floor_s * 2


def test_an_order_costs_one_call_and_no_search() -> None:
    sold = bench_quota.orders(20, 60)
    assert (sold.calls, sold.wrong, sold.blocked) == (20, 0, 0)


def test_a_burst_of_messages_that_disagree_costs_one_question_for_each_product() -> None:
    moved = bench_quota.messages(8, 60)
    assert moved.count == 80
    assert moved.calls <= 8
    assert (moved.wrong, moved.blocked) == (0, 0)
