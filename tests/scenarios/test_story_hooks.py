"""Functions of one's own in a story: what they do wrong costs their own story and no other's report."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

HOOK = """\
async def divides(scene):
    return 1 / 0


async def takes_nothing(scene):
    pass


async def spoils(scene):
    scene.memory.orders["one"] = 5


async def refuses(scene):
    assert False, "not as it should be"
"""


@pytest.fixture
def hooked(tmp_path):
    """A folder of two stories: one with these steps, and one in which nothing is done."""

    def make(steps):
        (tmp_path / "mine.py").write_text(HOOK)
        (tmp_path / "a.yaml").write_text(f"title: a hook\nsteps:\n{steps}")
        (tmp_path / "b.yaml").write_text("title: nothing is done\n")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "  - hook: calls\n    function: mine.py:divides\n",
            "line 3, hook: calls: mine.py:2: ZeroDivisionError: division by zero",
        ),
        (
            "  - hook: calls\n    function: mine.py:takes_nothing\n    with: {count: 1}\n",
            "line 3, hook: calls: mine.py: TypeError: takes_nothing() got an unexpected keyword argument 'count'",
        ),
    ],
)
def test_whatever_a_function_raises_is_told_with_its_line_and_the_reports_are_written(command, hooked, steps, told):
    folder = hooked(steps)
    ended = command("run", folder, "--junit", folder / "out.xml")
    assert ended.status == 2
    assert f"unknown: {folder / 'a.yaml'}: {told}" in ended.lines
    suites = ElementTree.parse(folder / "out.xml").getroot()
    assert [suite.get("name") for suite in suites] == ["a hook", "nothing is done"]


def test_a_mistake_of_the_runner_itself_costs_one_story_only(command, hooked):
    folder = hooked(
        "  - merchant: connects\n  - eventually: pulled\n    within: 5m\n"
        "  - shopper: orders\n    as: one\n  - hook: calls\n    function: mine.py:spoils\n"
        "  - shopper: cancels\n    order: one\n"
    )
    ended = command("run", folder, "--tap", folder / "out.tap")
    assert ended.status == 2
    assert "the runner made a mistake: cast.py:" in ended.out
    assert "TypeError: " in ended.out
    assert (folder / "out.tap").read_text().startswith("TAP version 14\n1..2\n")


def test_a_series_that_fails_stops_the_step_that_is_under_way(command, hooked):
    for step in ("  - clock: waits\n    for: 10h\n", "  - expect: pulled\n    after: 10h\n"):
        folder = hooked("  - hook: calls\n    function: mine.py:refuses\n    every: 1m\n    times: 3\n" + step)
        ended = command("run", folder / "a.yaml")
        assert ended.status == 1
        assert f"{folder / 'a.yaml'}:3: hook: calls failed; the steps after it were not played" in ended.out
        assert "line 7 " not in ended.out
        assert "10:00:" not in ended.out


def test_an_assertion_of_a_function_still_fails_the_story(command, hooked):
    ended = command("run", hooked("  - hook: calls\n    function: mine.py:refuses\n"))
    assert ended.status == 1
    assert "✗ not as it should be" in ended.out
