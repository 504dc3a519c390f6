"""What py-spy's samples say of a process: shares by function, without threads that wait."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from scenarios.runner.sampling import SamplingError, hottest, sampled

_BUSY = "def dig():\n    return sum(range(10_000))\nprint('begun', flush=True)\nwhile True:\n    dig()\n"


def speedscope(file, frames, *threads):
    document = {
        "shared": {"frames": [{"name": name, "file": place} for name, place in frames]},
        "profiles": [{"type": "sampled", "samples": samples, "weights": [0.01] * len(samples)} for samples in threads],
    }
    file.write_text(json.dumps(document))
    return file


def test_a_function_has_its_own_share_and_that_of_what_it_calls(tmp_path):
    frames = [("serve", "/x/connector/app.py"), ("dig", "/x/site-packages/sqlalchemy/engine/base.py")]
    found = hottest(speedscope(tmp_path / "a.json", frames, [[0], [0, 1], [0, 1], [0, 1]]))
    assert [(hot.function, hot.file, hot.own, hot.cumulative) for hot in found] == [
        ("dig", "sqlalchemy/engine/base.py", 0.75, 0.75),
        ("serve", "connector/app.py", 0.25, 1.0),
    ]


def test_a_function_that_calls_itself_counts_once_a_sample(tmp_path):
    frames = [("walk", "/x/connector/core/tree.py")]
    assert hottest(speedscope(tmp_path / "a.json", frames, [[0, 0, 0]]))[0].cumulative == 1.0


def test_threads_that_wait_do_not_count(tmp_path):
    frames = [("_worker", "/usr/lib/python3.11/concurrent/futures/thread.py"), ("work", "/x/connector/worker.py")]
    found = hottest(speedscope(tmp_path / "a.json", frames, [[0], [0], [0]], [[1]], [[0, 1]]))
    assert (found[0].function, found[0].own) == ("work", 1.0)
    # With what it calls, the pool's thread was busy in one of the two samples that count.
    assert (found[1].function, found[1].own, found[1].cumulative) == ("_worker", 0.0, 0.5)


def test_nothing_but_waiting_is_no_finding(tmp_path):
    frames = [("_worker", "/usr/lib/python3.11/concurrent/futures/thread.py")]
    with pytest.raises(SamplingError, match="nothing but threads that wait"):
        hottest(speedscope(tmp_path / "a.json", frames, [[0]]))


def test_a_process_that_is_gone_gives_no_samples(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with pytest.raises(SamplingError), sampled(gone.pid, tmp_path / "a.json"):
        raise AssertionError("sampled nothing")


def test_a_running_process_is_sampled(tmp_path):
    busy = subprocess.Popen([sys.executable, "-c", _BUSY], stdout=subprocess.PIPE, text=True)
    assert busy.stdout is not None
    try:
        busy.stdout.readline()
        try:
            # It does not end by itself, and is seen some two hundred times meanwhile.
            with sampled(busy.pid, tmp_path / "a.json"), pytest.raises(subprocess.TimeoutExpired):
                busy.wait(1)
        except SamplingError as error:
            if "may not look" not in str(error):
                raise
            pytest.skip(str(error))
        assert "dig" in {hot.function for hot in hottest(tmp_path / "a.json")}
    finally:
        busy.kill()
        busy.communicate()
