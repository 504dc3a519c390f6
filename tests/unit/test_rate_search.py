"""The highest rate that is kept, found on servers that are a formula."""

import pytest

from scenarios.runner.rate_search import NothingKept, Probe, Search, Verdict


def search(keeps_until, own_ms=0.0, busy=0.1, long_until=None):
    """Whoever answers in time up to a rate, or in a longer run up to a lower one."""

    def probe(rate, is_long):
        limit = long_until if is_long and long_until is not None else keeps_until
        return Probe(rate=rate, p99_ms=20 if rate <= limit else 400, own_ms=own_ms, busy=busy)

    return Search(probe, 100)


@pytest.mark.parametrize("start", [50, 900, 5000])
def test_the_rate_is_found_from_any_start(start):
    found = search(1000).highest(start)
    assert 1000 / 1.05 < found.rate <= 1000
    assert not found.is_floor


def test_a_rate_that_only_a_short_run_kept_is_not_told():
    assert search(1000, long_until=700).highest(400).rate <= 700


@pytest.mark.parametrize("trouble", [{"own_ms": 30.0}, {"busy": 0.97}])
def test_where_the_sender_is_what_ends_the_search_the_rate_is_a_floor(trouble):
    found = search(1000, **trouble).highest(400)
    assert found.is_floor
    assert found.unknown > 0


def test_one_spoilt_probe_does_not_end_the_search():
    seen = []

    def probe(rate, is_long):
        seen.append(rate)
        return Probe(rate=rate, p99_ms=400 if len(seen) == 1 or rate > 1000 else 20, own_ms=0, busy=0.1)

    assert Search(probe, 100).highest(600).rate > 950


def test_a_server_that_keeps_nothing_is_told():
    with pytest.raises(NothingKept):
        search(0).highest(400)


@pytest.mark.parametrize(
    ("p99_ms", "own_ms", "busy", "verdict"),
    [
        (99, 0, 0.1, Verdict.KEPT),
        # Its delays are in the 99 ms: it would only have been better without them.
        (99, 50, 0.99, Verdict.KEPT),
        (101, 9, 0.8, Verdict.LATE),
        (101, 11, 0.1, Verdict.UNKNOWN),
        (101, 0, 0.95, Verdict.UNKNOWN),
    ],
)
def test_what_a_probe_says(p99_ms, own_ms, busy, verdict):
    assert Probe(rate=100, p99_ms=p99_ms, own_ms=own_ms, busy=busy).verdict(100) is verdict
