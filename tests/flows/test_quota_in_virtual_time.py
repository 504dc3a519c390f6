"""The ERP's quota, used to the full and never beyond; `make bench-pull` does the same with 10,000 products."""

from __future__ import annotations

import pytest

from scenarios.runner.bench_pull import run_virtual


@pytest.mark.slow
def test_a_thousand_products_take_the_calls_and_the_time_that_the_quota_allows() -> None:
    result = run_virtual(1000, 60, 0.0)
    assert result.equal
    assert result.blocked == 0
    # The account call and ten pages of the listing weigh more here than among 10,000.
    assert result.calls == 1 + 10 + 2 * 1000
    assert result.floor_ratio <= 1.03
    assert result.quota_used >= 0.97
    assert result.skeleton_s < 120


def test_products_with_variations_cost_one_call_and_two_for_each_variation() -> None:
    result = run_virtual(30, 120, 1.0)
    assert result.equal
    assert result.blocked == 0
    listing_pages = -(-(result.products + result.variations) // 100)
    stocks = result.variations + result.without_variations
    assert result.calls == 1 + listing_pages + result.products + result.variations + stocks
