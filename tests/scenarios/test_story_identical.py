"""The same seed shows the same: again, in another process, and with others at the same time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

STORY = """\
title: a shop that ${shop}
each: {shop: [opens, waits, hopes]}
worlds:
  accounts: {matriz: {products: 2, variations: 0}}
steps:
  - merchant: connects
  - eventually: pulled
    within: 5m
  - shopper: orders
  - eventually: orders_in_erp_once
    within: 5m
"""
DRAWS = """\
title: a function that is different each time
steps:
  - hook: calls
    function: mine.py:draw
"""


@pytest.fixture
def drawn(write, tmp_path):
    (tmp_path / "mine.py").write_text("import uuid\nasync def draw(scene): return str(uuid.uuid4())\n")
    return write(DRAWS)


def test_what_is_played_together_tells_what_it_tells_alone(command, write):
    path = write(STORY)
    alone, together = command("run", path), command("run", path, "--together", "3")
    assert alone.status == together.status == 0
    # All but the summary, which tells the wall's time too.
    assert alone.lines[:-1] == together.lines[:-1]


def test_many_at_once_are_identical_to_one_by_one(command, write):
    ended = command("identical", write(STORY), "--together", "4")
    assert ended.status == 0, ended.out
    assert ended.lines[-1].startswith("4 of 4 are identical, played with up to ")


def test_rounds_in_other_processes_are_identical(command, write):
    ended = command("identical", write(STORY), "--rounds", "2", "--stories", "1")
    assert ended.status == 0, ended.out
    assert ended.lines == [
        "round 1 of 2: 1 of 1 as in the first",
        "round 2 of 2: 1 of 1 as in the first",
        "2 of 2 playings are identical",
    ]


@pytest.mark.parametrize(
    ("options", "when"), [(("--rounds", "2"), "in round 2"), (("--together", "2"), "together with others")]
)
def test_a_difference_is_told_where_it_begins(command, drawn, options, when):
    ended = command("identical", drawn, *options)
    assert ended.status == 1
    assert f'different {when}: {drawn}, seed 1: line 2 is {{"at": 0.0, "line": "3"' in ended.out


def test_together_is_for_the_virtual_clock_alone(command, write):
    for option in (("--jobs", "2"), ("--real-time",)):
        ended = command("run", write(STORY), "--together", "2", *option)
        assert ended.status == 2
        assert ended.err == "--together is for the virtual clock in one process: give it alone\n"


def test_ctrl_c_ends_stories_that_are_played_together(write, tmp_path):
    (tmp_path / "mine.py").write_text(f"async def begin(scene): open({str(tmp_path / 'begun')!r}, 'w').close()\n")
    path = write(
        "title: a long one\nsteps:\n  - hook: calls\n    function: mine.py:begin\n"
        "  - merchant: connects\n  - clock: waits\n    for: 9999d\n"
    )
    command = [sys.executable, "-m", "scenarios", "run", "--together", "3", "--repeat", "3", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            until(lambda: (tmp_path / "begun").exists())
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 130
            assert running.stderr.read() == ""
        finally:
            running.kill()


def until(condition):
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.1)
