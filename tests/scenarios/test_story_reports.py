"""What a run writes for other programs: JUnit, TAP, annotations of GitHub, histories; and which stories it plays."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

PASSES = """\
title: it goes well
tags: [quick, good]
worlds:
  accounts: {matriz: {products: 2, variations: 0}}
steps:
  - merchant: connects
  - eventually: pulled
    within: 5m
"""
FAILS = PASSES.replace("it goes well", "an <order> & no more").replace("[quick, good]", "[quick]") + (
    "  - shopper: orders\n    as: one\n  - expect: order_in_shop\n    order: one\n    status: delivered\n"
)
UNKNOWN = "title: nothing is done\ntags: [idle]\n"


@pytest.fixture
def folder(tmp_path):
    """Three stories: one passes, one fails, one proves nothing."""
    stories = tmp_path / "stories"
    stories.mkdir()
    for name, text in (("a", PASSES), ("b", FAILS), ("c", UNKNOWN)):
        (stories / f"{name}.yaml").write_text(text)
    return stories


def test_junit_has_a_suite_for_each_story_and_a_case_for_each_step_and_invariant(command, folder, tmp_path):
    assert command("run", folder, "--junit", tmp_path / "out.xml").status == 1
    passed, failed, unknown = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert [suite.get("name") for suite in (passed, failed, unknown)] == [
        "it goes well",
        "an <order> & no more",
        "nothing is done",
    ]
    assert (passed.get("failures"), passed.get("errors")) == ("0", "0")
    names = [case.get("name") for case in passed]
    assert names[:2] == ["001 merchant: connects", "002 eventually: pulled"]
    assert "003 no order lost" in names
    assert int(passed.get("tests", "0")) == len(names)
    assert failed.get("failures") == "1"
    broken = failed.find("testcase/failure")
    assert broken is not None
    assert broken.get("message") == "is not true: order 1001: status is paid, not delivered"
    assert f"python -m scenarios run {folder / 'b.yaml'} --seed 1" in str(broken.text)
    assert unknown.get("errors") == "1"


def test_tap_numbers_stories_and_tells_their_steps(command, folder, tmp_path):
    command("run", folder, "--tap", tmp_path / "out.tap")
    lines = (tmp_path / "out.tap").read_text().splitlines()
    assert lines[:2] == ["TAP version 14", "1..3"]
    verdicts = [line for line in lines if line.startswith(("ok", "not ok"))]
    assert verdicts == ["ok 1 - it goes well", "not ok 2 - an <order> & no more", "not ok 3 - nothing is done"]
    assert "    not ok 4 - expect: order_in_shop" in lines
    assert "    # order 1001: status is paid, not delivered" in lines


def test_github_is_told_the_line_of_the_step(command, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    told = [line for line in command("run", folder).lines if line.startswith("::error")]
    where = f"file={folder / 'b.yaml'},line=11,title=expect%3A order_in_shop"
    assert told[0].startswith(f"::error {where}::is not true%0Aorder 1001: status is paid, not delivered%0A")
    assert told[1].startswith(f"::error file={folder / 'c.yaml'},title=unknown::nobody does anything in it")


def test_a_history_is_the_same_in_every_run_with_the_same_seed_and_another_with_another(command, folder, tmp_path):
    texts = []
    for number, seed in enumerate((3, 3, 4)):
        file = tmp_path / f"{number}.jsonl"
        command("run", folder, "--seed", str(seed), "--history", file)
        texts.append(file.read_text())
    assert texts[0] == texts[1] != texts[2]
    lines = [json.loads(line) for line in texts[0].splitlines()]
    assert [line["verdict"] for line in lines if "verdict" in line] == ["pass", "fail", "unknown"]
    assert {"at", "line", "told", "what", "wrong"} == set(lines[1])
    # Of the story that passes and of the one that fails; in the third nothing was done.
    assert [line["tally"]["what"] for line in lines if "tally" in line] == ["orders", "messages"] * 2


def test_a_file_that_cannot_be_written_is_told_with_its_path_before_anything_is_played(command, folder, tmp_path):
    gone, taken = tmp_path / "nowhere" / "out.xml", tmp_path / "stories"
    ended = command("run", folder / "a.yaml", "--junit", gone, "--html", tmp_path / "out.html", "--tap", taken)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        f"{gone} cannot be written (No such file or directory): give another path",
        f"{taken} cannot be written (Is a directory): give another path",
    ]


def test_where_one_file_cannot_be_written_at_the_end_the_others_are(command, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "mine.py").write_text(
        f"import shutil\n\n\nasync def tidies(scene):\n    shutil.rmtree({str(tmp_path / 'out')!r})\n"
    )
    story = tmp_path / "story.yaml"
    story.write_text(PASSES + "  - hook: calls\n    function: mine.py:tidies\n")
    gone = tmp_path / "out" / "out.xml"
    ended = command("run", story, "--junit", gone, "--html", tmp_path / "o.html", "--tap", tmp_path / "o.tap")
    assert (ended.status, ended.err) == (
        2,
        f"{gone} cannot be written (No such file or directory): give another path\n",
    )
    assert ended.lines[-1].startswith("1 pass (")
    assert "ok 1 - it goes well" in (tmp_path / "o.tap").read_text()
    assert (tmp_path / "o.html").exists()


@pytest.mark.parametrize(
    ("options", "played"),
    [
        (["--tag", "good"], ["it goes well"]),
        (["--tag", "good", "--tag", "idle"], ["it goes well", "nothing is done"]),
        (["--tag", "quick", "--without", "good"], ["an <order> & no more"]),
        (["--stop"], ["it goes well", "an <order> & no more"]),
    ],
)
def test_stories_are_chosen_by_tag_and_stopped_at_the_first_that_does_not_pass(command, folder, options, played):
    lines = command("run", folder, *options).lines
    assert [line.partition(" (")[0] for line in lines if ", seed " in line] == played


def test_where_no_story_has_the_tag_the_known_ones_are_told(command, folder):
    ended = command("run", folder, "--tag", "goood")
    told = "no story has the tag 'goood'; known: good, idle, quick\n"
    assert (ended.status, ended.out, ended.err) == (2, "", told)
    ended = command("run", folder, "--tag", "good", "--without", "quick")
    told = "--tag and --without leave out all of 3 stories; known tags: good, idle, quick\n"
    assert (ended.status, ended.out, ended.err) == (2, "", told)


def test_a_story_is_repeated_with_the_seeds_that_follow(command, folder):
    ended = command("run", folder / "a.yaml", "--seed", "5", "--repeat", "3")
    assert [line.partition("seed ")[2][:1] for line in ended.lines if ", seed " in line] == ["5", "6", "7"]
    assert ended.lines[-1].startswith("3 pass (")


def test_several_at_a_time_tell_the_same_in_the_same_order(command, folder):
    one, two = command("run", folder), command("run", folder, "--jobs", "2")
    assert one.lines[:-1] == two.lines[:-1]
    assert two.status == 1
