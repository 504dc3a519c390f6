"""Budgets and verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from load.budgets import KNOWN, read_budgets
from load.judging.figures import lateness
from load.judging.gates import Verdict, gates, verdict
from load.mistake import Mistake


def test_the_command_line_wins_over_the_file_and_the_file_over_the_usual(tmp_path: Path) -> None:
    path = tmp_path / "budgets.yaml"
    path.write_text("latency_p99_ms: 50\ndrain_s: off\nfreshness_p50_s: 20\n")
    budgets = read_budgets(str(path), ["latency_p99_ms=70", "blocked_calls=off"])
    assert (budgets["latency_p99_ms"], budgets["freshness_p50_s"], budgets["error_share"]) == (70, 20, 0)
    assert "drain_s" not in budgets and "blocked_calls" not in budgets
    assert set(read_budgets(None, [])) <= set(KNOWN)


@pytest.mark.parametrize(
    ("content", "given", "says"),
    [
        (None, ["speed=1"], "there is no budget 'speed'; known: latency_p50_ms"),
        (None, ["drain_s"], "drain_s is a number from 0, or off, not ''"),
        (None, ["drain_s=-1"], "drain_s is a number"),
        (None, ["drain_s=nan"], "drain_s is a number"),
        ("- 1", [], "must hold names and numbers"),
        ("a: [", [], "is no YAML"),
        ("drain_s: yes", [], "drain_s is a number"),
    ],
)
def test_a_wrong_budget_is_refused(tmp_path: Path, content: str | None, given: list[str], says: str) -> None:
    path = tmp_path / "budgets.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Mistake) as refused:
        read_budgets(str(path) if content is not None else None, given)
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="cannot be read"):
        read_budgets(str(tmp_path / "none.yaml"), [])


@pytest.mark.parametrize(
    ("measured", "bad", "expected"),
    [
        ({"latency_p99_ms": 100.0, "generator_cpu_share": 0.5}, 0, Verdict.PASS),
        ({"latency_p99_ms": 100.1, "generator_cpu_share": 0.5}, 0, Verdict.FAIL),
        ({"latency_p99_ms": 100.1, "generator_cpu_share": 0.95}, 0, Verdict.UNKNOWN),
        ({"latency_p99_ms": 1.0, "generator_cpu_share": 0.95}, 0, Verdict.UNKNOWN),
        ({"latency_p99_ms": 1.0, "generator_cpu_share": 0.95}, 1, Verdict.FAIL),
        ({}, 0, Verdict.PASS),
    ],
)
def test_the_verdict(measured: dict[str, float], bad: int, expected: Verdict) -> None:
    budgets = {"latency_p99_ms": 100.0, "generator_cpu_share": 0.9}
    assert verdict(gates(budgets, dict(measured)), bad, spoilt=False) is expected


def _sent(intended: float, started: float | None, lag: float) -> dict[str, float | None]:
    return {"intended": intended, "started": started, "lag": lag}


def test_what_left_late_is_counted_by_whose_fault_it_was() -> None:
    found = lateness(
        [_sent(0, 0.001, 0.001), _sent(1, 1.5, 0.0), _sent(2, 2.3, 0.3), _sent(3, None, 0.0)], is_open=True
    )
    assert (found.sent, found.late, found.late_for_connection, found.late_by_generator, found.dropped) == (
        3,
        2,
        1,
        1,
        1,
    )
    assert found.lag_p99_ms == 300
    assert lateness([_sent(1, 1.5, 0.0)], is_open=False).late == 0
