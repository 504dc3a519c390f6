"""What is wrong with a run is told in one line that names the option, before anything is sent."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from load import options
from load.mistake import Mistake
from load.shapes import MOST, parse_shape
from load.targets import Asked, read_target

# What Locust's own options are where nobody gives them.
_OF_LOCUST: dict[str, Any] = {
    "headless": True,
    "master": False,
    "worker": False,
    "host": None,
    "run_time": None,
    "user_classes": [],
    "tags": None,
    "exclude_tags": None,
    "config_users": None,
    "num_users": None,
    "spawn_rate": None,
}


def _check(*arguments: str, **of_locust: Any) -> options.Run:
    parser = argparse.ArgumentParser()
    options.add_to(parser)
    given = parser.parse_args(arguments, argparse.Namespace(**{**_OF_LOCUST, **of_locust}))
    return options.check(given)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e300"])
@pytest.mark.parametrize("option", ["--seconds", "--noise", "--orders", "--situations", "--skew", "--unmapped"])
def test_a_number_that_is_none_is_refused(option: str, value: str) -> None:
    with pytest.raises(Mistake, match=f"^{option} (must be|is a share)"):
        _check(f"{option}={value}")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--seconds", "0"), "--seconds must be above 0"),
        (("--connections", "1000000"), "--connections must be above 0 and at most 10000, not 1000000"),
        (("--skew", "2000"), "--skew must be a number from 0 and at most 10"),
        (("--drain-within", "inf"), "--drain-within must be a number from 0, not inf"),
        (("--shape", "foo"), "--shape 'foo' is none: give constant:RATE"),
        (("--shape", "ramp:0-300"), "--shape 'ramp:0-300': every number must be above 0; give constant:RATE"),
        (("--shape", "constant:" + "9" * 400), "every number must be above 0"),
        (("--budget", "drain_s=" + "9" * 400), "drain_s is a number from 0, or off"),
        (("--messages-command", "'x"), "--messages-command"),
        (("--messages-command", "no-such-program-here --json"), "there is no program 'no-such-program-here'"),
        (("--stall", "1:nan", "--stall-pid", "PID"), "--stall's length must be above 0"),
        (("--stall", "nan:1", "--stall-pid", "PID"), "--stall's moment must be a number from 0"),
        (("--stall", "5", "--stall-pid", "PID"), "--stall '5': give a moment and a length"),
        (("--stall", "1:4", "--stall-pid", "-1"), "--stall-pid -1 is no process of a target"),
    ],
)
def test_what_is_wrong_is_told_by_its_option(arguments: tuple[str, ...], says: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        arguments = tuple(str(process.pid) if part == "PID" else part for part in arguments)
        with pytest.raises(Mistake) as refused:
            _check(*arguments)
        assert process.stdin is not None
        process.stdin.close()
    assert says in str(refused.value) and "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("of_locust", "says"),
    [
        ({"user_classes": ["Clerk"]}, "this file's users belong together: leave out Clerk"),
        ({"tags": ["some"]}, "leave out --tags"),
        ({"config_users": [["{}"]]}, "leave out --config-users"),
        ({"num_users": 5}, "--connections"),
    ],
)
def test_what_would_change_the_users_is_refused(of_locust: dict[str, Any], says: str) -> None:
    with pytest.raises(Mistake, match=says):
        _check(**of_locust)


def test_more_messages_than_a_run_can_hold_are_refused_before_they_are_drawn() -> None:
    for text in ("constant:9999999", "poisson:9999999", "ramp:1-9999999", f"burst:{MOST + 1}", f"retries:{MOST}"):
        with pytest.raises(Mistake, match=r"more than 1,000,000: lower its rate or --seconds"):
            parse_shape(text)(3600, Random(1))


@pytest.mark.parametrize(
    "outcome", ["[]", '{"locust_ms": {"p50": "x", "p99": 1}, "lateness": {"planned": 1, "sent": 1}}']
)
def test_what_is_to_be_shown_beside_must_be_an_outcome(tmp_path: Path, outcome: str) -> None:
    path = tmp_path / "outcome.json"
    path.write_text(outcome)
    with pytest.raises(Mistake, match="is no outcome of a run"):
        _check("--beside", str(path))


@pytest.mark.parametrize("erp", ["5", "true", "[a]"])
def test_a_door_that_is_no_text_is_told(tmp_path: Path, erp: str) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(f"accounts:\n  - {{name: a, door: DOOR, erp: {erp}}}\n")
    with pytest.raises(Mistake, match="account 1: --erp-door is not an address"):
        read_target(Asked(target=str(path)), {"DOOR": "http://127.0.0.1:9/erp/estoque/x"})
