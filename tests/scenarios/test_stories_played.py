"""Stories played by the command: verdicts, exit statuses, and what is printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.runner.invariants import ALWAYS

ROOT = Path(__file__).parents[2]
FIRST_DAY = ROOT / "scenarios" / "stories" / "first_day.yaml"

BEGINNING = """\
title: a story
worlds:
  accounts: {matriz: {products: 3, variations: 0}}
steps:
  - merchant: connects
  - eventually: pulled
    within: 5m
"""


def module(*words):
    """The command as a program of its own, from the root of the repository."""
    return subprocess.run(
        [sys.executable, "-m", "scenarios", *words], cwd=ROOT, capture_output=True, text=True, timeout=150, check=False
    )


def test_the_smoke_stories_that_come_with_the_program_pass_on_the_virtual_clock():
    ended = module("run", "--tag", "smoke")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert "pass: scenarios/stories/first_day.yaml" in ended.stdout
    for invariant in ALWAYS:
        assert f"✓ {invariant.name}: " in ended.stdout


@pytest.mark.slow
def test_the_first_day_passes_with_programs_of_their_own_on_the_walls_clock():
    ended = module("run", "--real-time", "--rate", "10", "scenarios/stories/first_day.yaml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "real time" in ended.stdout.splitlines()[0]
    assert "nothing to compare" not in ended.stdout


@pytest.mark.slow
def test_a_process_that_dies_at_a_point_and_one_that_is_killed_lose_nothing():
    ended = module("run", "--real-time", "--rate", "10", "scenarios/stories/crashes/killed_while_sending.yaml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "✓ no order doubled: 6 orders" in ended.stdout


def test_a_fast_clock_and_another_database_are_for_programs_of_their_own(command, write):
    for option in (("--rate", "9"), ("--database", "postgresql")):
        ended = command("run", *option, write(BEGINNING))
        assert ended.status == 2
        assert ended.err == "--rate and --database are for --real-time: give that too\n"


def test_two_runs_with_the_same_seed_tell_the_same(command):
    first, second = command("run", FIRST_DAY), command("run", FIRST_DAY)
    assert first.status == 0
    # All but the summary, which tells the wall's time too.
    assert first.lines[:-1] == second.lines[:-1]


def test_another_seed_tells_another_story(command):
    first, second = command("run", FIRST_DAY), command("run", FIRST_DAY, "--seed", "8")
    assert (first.status, second.status) == (0, 0)
    assert "seed 8" in second.lines[0]
    assert first.lines[5] != second.lines[5]


def test_a_wrong_expectation_fails_and_is_told_with_line_seed_and_command(command, write):
    path = write(
        BEGINNING
        + "  - shopper: orders\n    as: one\n  - expect: order_in_shop\n    order: one\n    status: delivered\n"
    )
    ended = command("run", path, "--seed", "5")
    assert ended.status == 1
    assert "order 1001: status is paid, not delivered" in ended.out
    assert f"{path}:10: expect: order_in_shop failed; the steps after it were not played" in ended.out
    assert f"fail: {path}" in ended.lines
    assert f"  seed 5; see it again: python -m scenarios run {path} --seed 5" in ended.lines


def test_what_never_comes_true_fails_when_its_time_is_over(command, write):
    ended = command("run", write(BEGINNING + "  - eventually: stock_equal\n    within: 2h\n"))
    assert ended.status == 1
    assert "did not come true within 2h" in ended.out
    assert "there was nothing to compare: 0 balances" in ended.out


def test_a_balance_changed_behind_the_webhooks_back_is_seen_at_the_end(command, write):
    # Announced, but no address was saved: nothing tells the connector.
    ended = command(
        "run", write(BEGINNING + "  - operator: announces_products\n  - operator: moves_stock\n    any: 1\n")
    )
    assert ended.status == 1
    assert "✗ stock equal: 3 balances" in ended.out
    assert "✓ no order lost" in ended.out


def test_a_deed_that_cannot_be_done_because_of_the_programs_fails(command, write):
    ended = command("run", write("title: too early\nsteps:\n  - operator: announces_products\n"))
    assert ended.status == 1
    assert ":3: operator: announces_products failed" in ended.out


@pytest.mark.parametrize("steps", ["", "steps:\n", "steps: []\n", "steps: [{clock: waits, for: 11h}]\n"])
def test_a_story_in_which_nobody_does_anything_is_unknown(command, write, steps):
    path = write(f"title: nothing\n{steps}")
    ended = command("run", path)
    assert ended.status == 2
    assert f"unknown: {path}: nobody does anything in it: add steps of merchant, shopper or operator" in ended.lines


def test_what_the_storys_world_does_not_have_is_unknown(command, write):
    ended = command("run", write(BEGINNING + "  - operator: moves_stock\n    any: 9\n"))
    assert ended.status == 2
    assert "line 8, operator: moves_stock: the account has 3 products whose stock could be moved, not 9" in ended.out


def test_a_death_at_a_point_that_is_never_reached_is_unknown(command, write):
    steps = "  - connector: dies_at\n    point: after-call:nota.fiscal.obter.php\n  - shopper: orders\n"
    ended = command("run", write(BEGINNING + steps))
    assert ended.status == 2
    assert "the connector was to die at after-call:nota.fiscal.obter.php and never came there" in ended.out


def test_a_product_that_nobody_removed_cannot_be_restored(command, write):
    ended = command("run", write(BEGINNING + "  - merchant: restores_product\n    code: NADA\n"))
    assert ended.status == 2
    assert "'NADA' was not removed before: that takes `merchant: removes_product`" in ended.out


def test_times_of_the_story_are_kept_on_the_virtual_clock(command, write):
    steps = "  - at: 2h\n    expect: pulled\n  - clock: waits\n    for: 26h\n  - after: 30m\n    expect: pulled\n"
    ended = command("run", write(BEGINNING + steps))
    assert ended.status == 0
    times = [line.partition("  line ")[0].strip() for line in ended.lines if "  line " in line]
    assert times[2:] == ["02:00:00", "1d 04:00:00", "1d 04:30:00"]


def test_a_step_that_is_due_before_the_one_before_it_ended_is_unknown(command, write):
    ended = command("run", write(BEGINNING + "  - clock: waits\n    for: 2h\n  - at: 1h\n    expect: pulled\n"))
    assert ended.status == 2
    assert "due at 1h, reached at 2h" in ended.out


def test_orders_that_wait_for_payment_are_sent_when_they_are_paid(command, write):
    ended = command(
        "run",
        write(
            BEGINNING
            + "  - shopper: orders\n    paid: false\n    payment: boleto\n    as: slip\n"
            + "  - after: 30m\n    expect: order_in_shop\n    order: slip\n    status: awaiting_payment\n"
            + "  - shopper: pays\n    order: slip\n"
            + "  - eventually: order_in_erp\n    order: slip\n    situation: approved\n    within: 30m\n"
            + "  - operator: sets_situation\n    order: slip\n    situation: invoiced\n"
            + "  - eventually: order_in_shop\n    order: slip\n    status: invoiced\n    within: 30m\n"
        ),
    )
    assert ended.status == 0, ended.out


def test_a_long_story_is_not_begun_in_real_time(command, write):
    ended = command("run", "--real-time", write(BEGINNING + "  - clock: waits\n    for: 11h\n"))
    assert ended.status == 2
    assert (
        "it waits 11h by its own words, which takes the virtual clock: leave --real-time out, give a --rate, or"
        in ended.out
    )


def test_a_story_that_needs_the_virtual_clock_is_skipped_in_real_time_and_that_proves_nothing(command, write):
    path = write("needs: virtual\n" + BEGINNING)
    ended = command("run", "--real-time", path)
    assert ended.status == 2
    assert ended.lines[1] == f"skipped: {path}: it needs the virtual clock"
    assert ended.lines[2].startswith("1 skipped (")


def test_a_failure_outweighs_what_is_unknown_and_a_pass(command, tmp_path):
    (tmp_path / "a.yaml").write_text("title: nothing\n")
    (tmp_path / "b.yml").write_text("title: too early\nsteps:\n  - operator: announces_products\n")
    (tmp_path / "c.yaml").write_text(BEGINNING)
    (tmp_path / "notes.txt").write_text("not a story")
    ended = command("run", tmp_path)
    assert ended.status == 1
    assert ended.lines[-1].startswith("1 unknown, 1 fail, 1 pass (")
