"""What the series of a soak are taken for: still, growing, or not known."""

import pytest

from scenarios.soak.judging import (
    Finding,
    Spans,
    Verdict,
    apart,
    floor,
    memory,
    nothing_wrong,
    overall,
    pace,
    plateau,
    retention,
    spans_of,
)

DAY = spans_of(24, is_real_time=False)
QUARTERS = [quarter / 4 for quarter in range(1, 97)]


def series(figure):
    """A figure of every quarter of an hour of a day."""
    return [(hour, figure(hour)) for hour in QUARTERS]


def test_the_second_hour_is_compared_with_the_last():
    assert Spans(early=(1, 2), late=(23, 24)) == DAY


def test_an_hour_in_real_time_is_compared_by_its_quarters_and_a_short_fast_run_not_at_all():
    assert spans_of(1, is_real_time=True) == Spans(early=(0.25, 0.5), late=(0.75, 1))
    assert spans_of(1, is_real_time=False) is None
    assert memory("memory", series(lambda _: 100), None).verdict is Verdict.NOT_JUDGED
    assert floor("handles", series(lambda _: 100), None).verdict is Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (lambda hour: 100, Verdict.PASS),
        (lambda hour: 100 if hour < 3 else 104, Verdict.PASS),
        (lambda hour: 60 if hour < 1 else 100, Verdict.PASS),
        (lambda hour: 140 if 10 < hour < 14 else 100, Verdict.PASS),
        (lambda hour: 100 - hour, Verdict.PASS),
        (lambda hour: 100 + 0.3 * hour, Verdict.FAIL),
        (lambda hour: 100 if hour < 22 else 110, Verdict.FAIL),
    ],
    ids=["still", "a little more", "warming up", "a peak", "less", "a leak", "a step at the end"],
)
def test_memory(figure, verdict):
    assert memory("memory", series(figure), DAY).verdict is verdict


def test_one_look_at_a_peak_is_not_taken_for_a_leak():
    assert memory("memory", series(lambda hour: 300 if hour == 23.5 else 100), DAY).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (lambda hour: 30 + (hour * 4 % 4) * 20, Verdict.PASS),
        (lambda hour: 30 + (hour * 4 % 4) * 20 + hour, Verdict.FAIL),
        (lambda hour: 500 + hour * 0.2, Verdict.PASS),
    ],
    ids=["up and down", "up and down and never back", "a few of many"],
)
def test_handles(figure, verdict):
    assert floor("handles", series(figure), DAY).verdict is verdict


@pytest.mark.parametrize("judge", [memory, floor])
def test_without_figures_nothing_is_known(judge):
    assert judge("x", [], DAY).verdict is Verdict.UNKNOWN
    assert judge("x", [(1.5, 100.0)], DAY).verdict is Verdict.UNKNOWN


def test_settled_rows_may_be_as_old_as_they_are_kept_and_a_little_more():
    def oldest(most):
        return series(lambda hour: min(hour, most))

    assert retention("inbox", oldest(15.9), 12, 3, 24).verdict is Verdict.PASS
    assert retention("inbox", oldest(24), 12, 3, 24).verdict is Verdict.FAIL
    assert retention("inbox", oldest(10), 12, 3, 10).verdict is Verdict.NOT_JUDGED
    assert retention("inbox", [], 12, 3, 24).verdict is Verdict.UNKNOWN


def test_the_file_has_to_stop_growing():
    assert plateau("database", series(lambda hour: min(hour, 15)), 12, 24).verdict is Verdict.PASS
    assert plateau("database", series(lambda hour: hour), 12, 24).verdict is Verdict.FAIL
    assert plateau("database", series(lambda hour: hour), 12, 12).verdict is Verdict.NOT_JUDGED
    assert plateau("database", [], 12, 24).verdict is Verdict.UNKNOWN


def test_who_was_too_slow_cannot_be_told_on_a_fast_clock():
    still, late = series(lambda _: 1), series(lambda hour: 2000 if hour > 12 else 1)
    assert pace(still, still, is_real_time=False).verdict is Verdict.PASS
    assert pace(late, still, is_real_time=False).verdict is Verdict.UNKNOWN
    assert pace(late, still, is_real_time=True).verdict is Verdict.UNKNOWN
    assert pace(still, late, is_real_time=False).verdict is Verdict.UNKNOWN
    assert pace(still, late, is_real_time=True).verdict is Verdict.FAIL
    assert pace([], still, is_real_time=False).verdict is Verdict.UNKNOWN


def test_one_late_look_is_no_loss_of_pace():
    once = series(lambda hour: 2000 if hour == 5 else 1)
    assert pace(once, once, is_real_time=False).verdict is Verdict.PASS


def test_what_is_wrong_is_counted():
    assert nothing_wrong("both sides", {"lost": 0, "doubled": 0}, "equal") == Finding(
        "both sides", Verdict.PASS, "equal"
    )
    found = nothing_wrong("both sides", {"lost": 2, "doubled": 0}, "equal")
    assert (found.verdict, found.told) == (Verdict.FAIL, "2 lost")


def test_an_order_of_which_both_sides_say_something_else_is_named():
    found = apart({"store": 30118, "order": 1007, "shop": "cancelled", "erp": "aprovado", "erp_id": 42})
    assert (found.name, found.verdict) == ("order 1007 of store 30118", Verdict.FAIL)
    assert found.told == "cancelled in the shop, aprovado in the ERP (id 42)"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ("pass pass", "pass"),
        ("pass not-judged", "pass"),
        ("pass unknown", "unknown"),
        ("unknown fail pass", "fail"),
        ("not-judged", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_failure_outweighs_what_is_unknown(verdicts, expected):
    findings = [Finding("x", Verdict(one.replace("-", " ")), "") for one in verdicts.split()]
    assert overall(findings) == expected
