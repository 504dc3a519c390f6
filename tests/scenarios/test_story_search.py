"""The search around a story: what it adds, how it makes small what it finds, and that it finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import connector
from scenarios.runner.deeds import trouble
from scenarios.runner.search import around
from scenarios.runner.search.around import Traffic
from scenarios.runner.search.events import Event, draw, played_with
from scenarios.runner.search.shrinking import shrunk
from scenarios.runner.story import read_stories
from scenarios.runner.writing import Line, text_of

BEGINNING = """\
title: a story
worlds:
  accounts: {matriz: {products: 2, variations: 0}}
steps:
  - merchant: connects
  - eventually: pulled
    within: 5m
  - shopper: orders
    as: one
"""
EVERYTHING = Traffic(
    erp_calls=tuple(trouble.ERP_CALLS),
    shop_calls=tuple(trouble.SHOP_CALLS),
    erp_messages=tuple(trouble.MESSAGES),
    shop_messages=tuple(trouble.SHOP_MESSAGES),
    points=("before-commit:order.note_sent", "after-call:POST /stock/batch"),
)


@pytest.fixture
def base(write):
    found = around.around(read_stories(write(BEGINNING + "  - expect: totals_equal\n"))[0])
    return replace(found, traffic=EVERYTHING)


def test_all_that_is_drawn_are_stories(base, tmp_path):
    words = set()
    for number in range(1, 151):
        events = draw(1, number, base)
        path = tmp_path / "candidate.yaml"
        path.write_text(text_of(path, (), base.head, [Line(step) for step, _ in played_with(base, events)]))
        (story,) = read_stories(path)
        assert story.needs_virtual
        words |= {f"{step.word.actor}: {step.word.name}" for step in story.steps}
    assert {"erp: fails", "webstore: sends_badly", "connector: dies_at", "connector: stops", "shopper: pays"} <= words


def test_the_same_seed_draws_the_same(base):
    assert draw(1, 7, base) == draw(1, 7, base)
    assert draw(1, 7, base) != draw(1, 8, base)


def test_every_fault_is_met_once_before_any_is_met_twice(base):
    calls, faults = len(trouble.ERP_CALLS), len(trouble.ERP_FAULTS)
    base = replace(base, traffic=Traffic(erp_calls=EVERYTHING.erp_calls))
    events = [event for number in range(1, 1 + calls * faults) for event in draw(1, number, base)]
    drawn = [(step["call"], step["how"]) for event in events for step in event.steps if step.get("erp") == "fails"]
    assert len({*drawn[: calls * faults]}) == len({*drawn[calls * faults :]}) == calls * faults


def test_what_a_story_expects_may_take_its_time_and_is_looked_at_once_more_at_the_end(base):
    steps = [step for step, _ in played_with(base, ())]
    look = {"eventually": "totals_equal", "within": "3h"}
    assert steps[-3:] == [look, {"clock": "waits", "for": "30m"}, look]


def test_what_a_story_says_of_a_product_is_not_changed(write):
    look = "  - expect: product_in_shop\n    code: A\n    stock: 3\n    price: '1.00'\n"
    base = around.around(read_stories(write(BEGINNING + look))[0])
    drawn = {
        step.get("operator") for number in range(1, 151) for event in draw(1, number, base) for step in event.steps
    }
    assert drawn == {None}


def event(place, **step):
    return Event(place, (step,))


def test_what_is_found_is_shrunk_to_the_fewest_events_and_what_they_must_say():
    lost = event(2, erp="fails", call="insert_order", how="cut", calls=3, first=2, after="3s")
    killed = event(4, connector="is_killed", down="5m")
    many = (event(1, clock="waits", **{"for": "1m"}), lost, killed, event(5, shopper="orders", count=3))

    def fails(events):
        steps = [step for one in events for step in one.steps]
        return any(step.get("first") for step in steps) and any("connector" in step for step in steps)

    assert shrunk(many, fails) == (
        event(2, erp="fails", call="insert_order", how="cut", first=1),
        event(4, connector="is_killed"),
    )


def test_nothing_is_found_around_a_story_that_passes(command, write, tmp_path):
    ended = command("search", write(BEGINNING), "--runs", "1", "--seed", "5", "--out", tmp_path / "found")
    assert ended.status == 0, ended.out
    assert ended.lines[-1].startswith("nothing found (2 runs, ")
    assert list((tmp_path / "found").iterdir()) == []


def test_functions_of_a_story_are_looked_for_beside_it_wherever_a_candidate_is_written(command, write, tmp_path):
    (tmp_path / "mine.py").write_text("async def look(scene):\n    pass\n")
    path = write(BEGINNING + "  - hook: calls\n    function: mine.py:look\n")
    ended = command("search", path, "--runs", "0", "--out", tmp_path / "found")
    assert ended.status == 0, ended.out


def test_where_nothing_can_be_judged_nothing_is_known(command, write, tmp_path):
    ended = command("search", write("title: nothing\n"), "--runs", "1", "--out", tmp_path / "found")
    assert ended.status == 2
    assert "2 came to no judgement" in ended.lines[-1]


@pytest.mark.parametrize(
    ("words", "text", "told"),
    [
        (["--budget", "soon"], BEGINNING, "--budget 'soon' is no length of time: give one such as 90s, 5m or 1h30m"),
        ([], BEGINNING + "each: {a: [1, 2]}\n", "makes 2 stories: search around one, in a file without `each`"),
        ([], "titel: a\n", "unknown key 'titel'"),
    ],
)
def test_wrong_use_is_told(command, write, words, text, told):
    ended = command("search", write(text), *words)
    assert ended.status == 2
    assert told in ended.err


@pytest.mark.slow
def test_a_connector_that_gives_up_at_the_first_trouble_is_found_out(command, write, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(Path(connector.__file__).parent, broken / "connector", ignore=shutil.ignore_patterns("__pycache__"))
    rule = broken / "connector" / "core" / "retry.py"
    age = "if now - first_tried_at >= GIVE_UP_AFTER and attempts >= _FEWEST:"
    rule.write_text(rule.read_text().replace(age, "if attempts:"))
    # The folder in which a module is run comes first of all where programs are looked for.
    ended = subprocess.run(
        [sys.executable, "-m", "scenarios", "search", str(write(BEGINNING)), "--runs", "60", "--stop"],
        cwd=broken,
        env={**os.environ, "PYTHONPATH": str(Path(connector.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    (found,) = (broken / "found").iterdir()
    assert 1 <= found.read_text().count("# added") <= 3
    assert "# It breaks '" in found.read_text()
    assert f"see it again: python -m scenarios run {found.relative_to(broken)}" in ended.stdout
    assert command("check", found).status == 0
