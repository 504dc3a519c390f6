"""`scenarios run --watch`: what is saved is played again, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from scenarios.runner.saved import changes

STORY = "title: a story\nsteps:\n  - include: part.yaml\n  - hook: calls\n    function: mine.py:look\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "story.yaml").write_text(STORY)
    (tmp_path / "part.yaml").write_text("steps:\n  - merchant: connects\n")
    (tmp_path / "mine.py").write_text("async def look(scene): ...\n")
    (tmp_path / "other.yaml").write_text("title: another one\n")
    return tmp_path


def save(path):
    path.write_text(path.read_text() + "\n# saved\n")


@pytest.mark.parametrize("name", ["story.yaml", "part.yaml", "mine.py"])
def test_what_a_story_is_made_of_has_it_played_again(folder, name):
    story, other = folder / "story.yaml", folder / "other.yaml"
    watched = changes(lambda: [story, other])
    assert next(watched) == [story, other]
    save(folder / name)
    assert next(watched) == [story]


def test_a_file_that_is_saved_while_its_story_is_played_is_not_missed(folder):
    story = folder / "story.yaml"
    watched = changes(lambda: [story])
    for _ in range(2):
        assert next(watched) == [story]
        save(story)
    assert next(watched) == [story]


def test_a_mistake_does_not_end_it_and_ctrl_c_does(folder):
    path = folder / "other.yaml"
    command = [sys.executable, "-m", "scenarios", "run", "--watch", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        out = running.stdout
        try:
            read_to(out, "waiting for something to be saved")
            path.write_text("title: another one\nstebs: []\n")
            assert "unknown key 'stebs'" in read_to(out, "waiting for something to be saved")
            path.write_text("title: mended\n")
            assert "mended" in read_to(out, "waiting for something to be saved")
            os.kill(running.pid, signal.SIGINT)
            assert running.wait(20) == 130
            assert "Traceback" not in out.read()
        finally:
            running.kill()


def read_to(stream, text):
    """What is printed up to the line with this text."""
    read = ""
    while text not in read:
        line = stream.readline()
        assert line, read
        read += line
    return read
