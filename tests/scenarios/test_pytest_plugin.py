"""pytest collects story files: each story is a test, and what it shows is told as by the command."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

HEADER = "# yaml-language-server: $schema=../schemas/story.json\n"
PASSES = "title: the merchant connects\nsteps:\n  - merchant: connects\n  - {eventually: pulled, within: 5m}\n"
FAILS = (
    "title: too early, ${how}\ntags: [early]\neach: {how: [once, twice]}\nsteps:\n  - operator: announces_products\n"
)
IDLE = "title: nobody does anything\ntags: [skip]\n"


@pytest.fixture
def run(pytester):
    """pytest on these files, by name and text, with these words behind it."""

    def run_pytest(files, *words):
        for name, text in files.items():
            (pytester.path / name).write_text(text)
        return pytester.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider", "-p", "no:asyncio", *words)

    return run_pytest


def test_a_story_that_passes_is_a_passed_test_of_its_title(run):
    ended = run({"story.yaml": HEADER + PASSES}, "-v")
    ended.assert_outcomes(passed=1)
    ended.stdout.fnmatch_lines(["story.yaml::the merchant connects PASSED*"])


def test_each_value_is_a_test_and_a_failure_is_told_as_by_the_command(run):
    ended = run({"story.yaml": HEADER + FAILS}, "-m", "early")
    ended.assert_outcomes(failed=2)
    ended.stdout.fnmatch_lines(
        [
            "too early, once ?how=once? (story.yaml, seed 1, virtual clock)",
            "*story.yaml:6: operator: announces_products failed; the steps after it were not played",
            "  seed 1; see it again: python -m scenarios run story.yaml --seed 1",
            "FAILED story.yaml::too early, twice ?how=twice? - fail: operator: announces*",
        ]
    )


def test_what_is_unknown_fails_and_is_told_apart(run):
    # A tag that pytest knows as a mark of its own must not have the story skipped.
    ended = run({"story.yaml": HEADER + IDLE}, "-k", "skip")
    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(["story.yaml U*", "UNKNOWN story.yaml::nobody does anything - unknown: nobody does*"])


def test_tags_choose_among_stories(run):
    ended = run({"a.yaml": HEADER + FAILS, "b.yaml": HEADER + IDLE}, "--collect-only", "-q", "-m", "not early")
    assert ended.outlines[0] == "b.yaml::nobody does anything"
    ended.assert_outcomes(deselected=2)


def test_what_is_no_story_is_an_error_of_collection_with_its_place(run):
    ended = run({"story.yaml": HEADER + "title: one\nstebs: []\n"})
    ended.assert_outcomes(errors=1)
    ended.stdout.fnmatch_lines(["story.yaml:3:1: unknown key 'stebs' (did you mean 'steps'?)*"])


def test_other_yaml_is_left_alone_unless_the_configuration_names_it(run, pytester):
    files = {"compose.yaml": "services: {}\n", "idle.yaml": IDLE}
    assert run(files).ret is pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.makeini("[pytest]\nstory_files = idle.*\n")
    run(files).assert_outcomes(failed=1)
