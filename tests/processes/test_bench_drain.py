"""A backlog worked off by real processes, as `make bench-drain` measures it: nothing is left, no level is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bench(*arguments):
    command = [sys.executable, "-m", "scenarios.runner.bench_drain", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_backlog_of_two_stores_is_worked_off():
    done = bench("--products", "4", "--stores", "2", "--database", "sqlite")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])["sqlite"]["2"]
    assert figures["messages"] == 40
    # Each product's messages disagree, so each is asked about.
    assert figures["erp_calls"] >= 4
    assert figures["blocked"] == 0


def test_stores_without_messages_only_wait():
    done = bench("--products", "2", "--stores", "3", "--database", "sqlite", "--live", "20")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["sqlite"]["3"]["messages"] == 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--stores", "1,x"], "give whole numbers from 1 on"),
        (["--products", "0"], "give 1 or more"),
        (["--live", "-1"], "must be above 0"),
    ],
)
def test_wrong_options_are_told(arguments, words):
    done = bench(*arguments)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
