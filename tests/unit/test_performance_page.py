"""docs/PERFORMANCE.md is the page of docs/performance.json, and its sentences follow from the figures."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.performance import results
from scenarios.performance.measuring import measure
from scenarios.performance.page import SUBJECTS, render
from scenarios.performance.results import Machine, Measured
from scenarios.performance.sentences import growth, number, ratio

ROOT = Path(__file__).parents[2]
MACHINE = Machine(
    cores=2, cpu="A processor", memory_gb=8, kernel="Linux 6", python="3.11", sqlite="3.45", postgres="18.1"
)


def measured(*rounds, is_quick=False):
    return Measured(date="2026-01-02", commit="abc", is_quick=is_quick, machine=MACHINE, rounds=list(rounds))


def said(name, *rounds):
    return " ".join(SUBJECTS[name].say(measured(*rounds)))


def test_the_page_is_that_of_its_figures():
    profile = ROOT / "scenarios" / "performance" / "profile.md"
    kept = results.read(ROOT / "docs" / "performance.json")
    page = render(kept, profile.read_text(encoding="utf-8") if profile.exists() else None)
    assert (ROOT / "docs" / "PERFORMANCE.md").read_text(encoding="utf-8") == page, (
        "write it: make performance ARGS=--page"
    )


def test_results_are_read_as_they_were_written(tmp_path):
    kept = {"receive": measured({"receive": {"sqlite_ratio": 0.9}})}
    results.write(tmp_path / "r.json", kept)
    assert results.read(tmp_path / "r.json") == kept


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([1.25], "It takes 1.25 times that (one round)."),
        ([1.25, 1.5, 1.1], "It takes 1.25 times that (rounds 1.10 to 1.50)."),
        ([0.5, 0.25], "It takes 0.38 times that (rounds 0.25 to 0.50)."),
        (
            [0.9, 1.1, 1.2],
            "It takes 1.10 times that (rounds 0.90 to 1.20): the rounds do not agree on which is more.",
        ),
    ],
)
def test_a_ratio_says_whether_its_rounds_agree(values, sentence):
    assert ratio("It takes", values, "that") == sentence


@pytest.mark.parametrize(
    ("values", "word", "agrees"),
    [
        ([1.5], "grows", True),
        ([0.5, 0.6], "falls", True),
        ([1.0, 1.05], "stays within a tenth", True),
        ([1.0, 1.05, 1.4], "stays within a tenth", False),
        ([0.8, 1.3, 1.4], "grows", False),
    ],
)
def test_growth_is_named_by_its_figures(values, word, agrees):
    told = growth("The cost", values, 10, "the number")
    assert told.startswith(f"The cost {word}: ")
    assert ("do not agree" not in told) is agrees


@pytest.mark.parametrize(
    ("value", "text"), [(1.026, "1.03"), (12.34, "12.3"), (1234.5, "1,234"), (-250, "-250"), (0.004, "0.00")]
)
def test_numbers_have_as_many_digits_as_say_something(value, text):
    assert number(value) == text


def test_the_cost_of_keeping_is_the_inverse_of_what_the_bench_tells():
    told = said("receive", {"receive": {"sqlite_ratio": 0.8, "postgres_ratio": 0.5, "p99_ms": 12}})
    assert "stored on SQLite takes 1.25 times" in told
    assert "stored on PostgreSQL takes 2.00 times" in told


@pytest.mark.parametrize(("sqlite", "is_explained"), [(0.4, True), (0.95, False)])
def test_that_who_stores_wakes_the_sender_less_often_is_said_where_it_is_so(sqlite, is_explained):
    one = {"sqlite_ratio": 1.2, "postgres_ratio": 1.1, "p99_ms": 12, "nothing_wakings": 0.9, "postgres_wakings": 0.5}
    told = said("receive", {"receive": {**one, "sqlite_wakings": sqlite}})
    assert (
        f"nothing woke the sender 0.90 times a message, SQLite's {sqlite:.2f} times and PostgreSQL's 0.50 times" in told
    )
    assert ("answered together" in told) == is_explained
    assert "woke" not in said("receive", {"receive": one})


def test_the_cost_of_keeping_at_a_constant_rate_is_told_beside():
    cpu = {"nothing_steady_us": 100, "sqlite_steady_us": 120, "postgres_steady_us": 150}
    told = said("receive", {"receive": {"p99_ms": 12, **cpu}})
    assert "stored on SQLite takes 1.20 times the CPU" in told and "on PostgreSQL takes 1.50 times the CPU" in told


def test_a_rate_that_the_sender_ended_is_a_floor():
    one = {"sqlite_share": 0.9, "postgres_share": 0.8, "unknown_probes": 0}
    assert "at least" not in said("sustained", {"sustained": one})
    told = said("sustained", {"sustained": {**one, "nothing_is_floor": True, "unknown_probes": 3}}, {"sustained": one})
    assert "Storing nothing: in 1 of 2 rounds the sender was what ended the search" in told
    assert "3 probes said nothing" in told


@pytest.mark.parametrize(
    ("used", "blocked", "words"),
    [
        (0.3, 0, ["the quota was not the wall", "No call was blocked"]),
        (0.95, 2, ["may have been what it waited for", "2 calls were blocked"]),
    ],
)
def test_whether_the_quota_was_the_wall_follows_from_how_much_of_it_was_used(used, blocked, words):
    one = {"drain_rate": 200, "receive_rate": 4000, "quota_used": used, "blocked": blocked}
    told = said("drain", {"drain": {"sqlite": {"1": one}, "postgres": {"1": {**one, "blocked": 0, "quota_used": 0.1}}}})
    assert all(word in told for word in words)
    assert "On SQLite messages are worked off at 0.05 times" in told


def test_servers_that_were_not_measured_are_told_with_the_reason():
    one = {"fake_rate": 2000.0, "why": "Node and npm were not found", "versions": {}}
    assert "were not measured: Node and npm were not found." in said("fakes", {"mocks": one})


def test_servers_that_were_measured_are_told_with_their_versions():
    one = {"fake_rate": 2000.0, "prism_rate": 500.0, "fake_mb": 80.0, "prism_mb": 160.0, "why": None}
    told = said("fakes", {"mocks": {**one, "versions": {"prism": "5.1"}}})
    assert "4.00 times the rate of Prism 5.1" in told
    assert "0.50 times the memory of Prism 5.1" in told
    assert "not measured" not in told


def test_wrong_levels_and_blocked_calls_of_the_quota_are_told():
    one = {"products": 10, "limit": 60, "floor_ratio": 1.0, "calls_per_product": 2.0, "orders": 3, "messages": 20}
    one |= {"calls_per_order": 1.0, "stock_calls": 2, "blocked": 0, "stock_wrong": 0}
    assert "No call was blocked. Every level was right" in said("quota", {"quota": one})
    told = said("quota", {"quota": {**one, "blocked": 4, "stock_wrong": 1}})
    assert "4 calls were blocked. 1 levels were wrong" in told


def test_a_trial_is_told_and_two_machines_are_told_apart():
    one = measured({"stories": {"wall_s": 3}}, is_quick=True)
    other = replace(one, is_quick=False, machine=replace(MACHINE, cpu="Another"))
    page = render({"stories": one, "receive": other}, "Prose.")
    assert page.count("This was a trial") == 1
    assert "A processor" in page and "Another" in page
    assert page.endswith("## Profile\n\nProse.\n")


def test_rounds_are_made_as_asked_and_what_runs_once_runs_once():
    ran = []

    def run(module, arguments, folder):
        ran.append((module.rpartition(".")[2], arguments))
        return {"rounds": [{"fake_rate": 1}, {"fake_rate": 2}], "why": None} if "mocks" in module else {"n": len(ran)}

    found = measure(SUBJECTS["fakes"], 2, True, ROOT, lambda line: None, run)
    assert [name for name, _ in ran] == ["bench_mocks", "bench_fake", "bench_fake"]
    assert ran[0][1][-2:] == ("--rounds", "2")
    assert [one["mocks"]["fake_rate"] for one in found.rounds] == [1, 2]
    assert found.is_quick


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "receive,sped"], "'sped' is no subject; give some of receive"),
        (["--rounds", "0"], "--rounds 0: give 1 or more"),
        (["--page", "--quick"], "give it alone"),
        (["--folder", "nowhere"], "there is no such folder"),
    ],
)
def test_wrong_options_are_told_without_measuring(arguments, words):
    command = [sys.executable, "-m", "scenarios.performance", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_results_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / "performance.json").write_text('{"receive": 1}')
    command = [sys.executable, "-m", "scenarios.performance", "--page", "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "performance.json holds no results" in done.stderr
