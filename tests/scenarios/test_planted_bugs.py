"""Bugs in copies of the connector: each is caught by the invariant that it breaks, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenarios.runner.invariants import ALWAYS
from scenarios.runner.planted import CannotPlant, plant, read_bugs, show

BUGS = {bug.name: bug for bug in read_bugs()}
# Each breaks another rule, and waits for nothing in vain.
QUICK = ("first_token_for_all", "last_received_wins", "order_sent_again", "stock_written_back")


def test_twelve_bugs_break_twelve_rules_and_every_rule_but_one_is_broken_by_one():
    rules = [bug.caught_by for bug in BUGS.values()]
    assert len(rules) == len({*rules}) == 12
    # An order that nobody paid for comes with the bug that sends one twice, or by another shop's.
    assert {invariant.name for invariant in ALWAYS} - {*rules} == {"no order unexpected"}


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in sorted(BUGS)]
)
def test_a_planted_bug_is_caught_by_the_rule_that_it_breaks(name):
    shown = show(BUGS[name])
    assert shown.is_caught, shown.broken or shown.record.why


@pytest.mark.slow
def test_without_their_bugs_the_same_stories_pass(command):
    ended = command("run", next(iter(BUGS.values())).story.parent)
    assert (ended.status, ended.lines[-1].startswith("12 pass ")) == (0, True), ended.out


def test_a_bug_whose_place_is_gone_is_refused_with_file_and_text(tmp_path):
    bug = BUGS["quota_ignored"]
    gone = replace(bug, edits=(replace(bug.edits[0], text="if window.taken > limit:"),))
    with pytest.raises(
        CannotPlant, match=r"`if window.taken > limit:` is not there any more in connector/core/pace.py"
    ):
        plant(gone, tmp_path)


def test_the_command_writes_a_copy_with_one_bug_and_refuses_what_is_none(command, tmp_path):
    assert command("planted", "no_second_try", "--into", tmp_path).status == 0
    assert "GIVE_UP_AFTER = timedelta(0)" in (tmp_path / "connector/core/retry.py").read_text()
    again = command("planted", "no_second_try", "--into", tmp_path)
    assert (again.status, "give another folder" in again.err) == (2, True)
    unknown = command("planted", "nobody")
    assert (unknown.status, "there is no bug 'nobody'; known: order_refused_for_good" in unknown.err) == (2, True)


def test_a_bug_is_looked_for_from_an_ordinary_day(command):
    ended = command("planted", "freight_cut", "--search", "5m")
    assert ended.status == 0, ended.out + ended.err
    assert ended.lines[-1] == "1 of 1 bugs found by at most 3 steps added to everyday.yaml"
    assert command("planted", "--search", "soon").err.startswith("--search 'soon' is no length of time")
