"""`python -m load`: the bundled target, loaded and judged, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SMALL = (
    "--accounts",
    "2",
    "--catalogue",
    "20",
    "--rate",
    "30",
    "--seconds",
    "10",
    "--shape",
    "constant:100",
    "--noise",
    "0",
)
# The machine may be busy: of the target only what is lost, doubled or wrong counts here.
PATIENT = [
    part
    for name in ("latency_p99_ms", "freshness_p99_s", "drain_s", "generator_lag_p99_ms", "generator_cpu_share")
    for part in ("--budget", f"{name}=off")
]


def _load(folder: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    command = [sys.executable, "-m", "load", "--folder", str(folder), *SMALL, *PATIENT, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    outcome = folder / "outcome.json"
    return ended.returncode, ended.stderr, json.loads(outcome.read_text()) if outcome.exists() else {}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_load_on_postgresql_with_orders_and_situations_passes(tmp_path: Path) -> None:
    code, said, outcome = _load(tmp_path, "--database", "postgresql", "--orders", "2", "--situations", "2")
    assert code == 0, said
    assert outcome["verdict"] == "pass" and outcome["unchecked"] == []
    assert sum(outcome["fates"].values()) == 1000
    assert outcome["orders"]["count"] > 5
    assert [account["name"] for account in outcome["accounts"]] == ["empresa-1", "empresa-2"]
    assert {"report.html", "junit.xml", "locust.html", "locust_stats.csv"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_connector_that_drops_one_message_in_a_thousand_fails_and_the_message_is_named(tmp_path: Path) -> None:
    code, said, outcome = _load(tmp_path, "--planted", "one_in_a_thousand", "--malformed", "0", "--noisy", "0.5")
    assert code == 1, said
    (lost,) = outcome["bad"]
    assert "lost: accepted, and not on the connector's record" in lost
    assert f"BAD  {lost}" in said and "Verdict: fail" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--planted", "none"), "one_in_a_thousand"), (("--connections", "many"), "invalid int value: 'many'")],
)
def test_wrong_options_are_told_before_anything_is_started(arguments: tuple[str, ...], says: str) -> None:
    command = [sys.executable, "-m", "load", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2 and says in ended.stderr and "Starting" not in ended.stderr


def test_help_lists_the_options_of_both_kinds() -> None:
    command = [sys.executable, "-m", "load", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert all(option in shown for option in ("--planted", "--shape", "--budget", "--overtaken"))
