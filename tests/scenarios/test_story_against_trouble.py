"""`scenarios run --against`: what a story orders ends with it, and what was there before stays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

SHOP, ERP = "shop", "erp"


@pytest.fixture
def door(stage):
    """Ask a control door of the target; what a test leaves there is gone after it."""
    addresses = {
        ERP: f"{stage.erp_door_url}/__fake__/worlds/{stage.erp.name}",
        SHOP: f"{stage.shop_door_url}/__fake__/worlds/{stage.shop.name}",
    }

    def ask(whose, method, path, document=None):
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(addresses[whose] + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    yield ask
    for whose, path in ((ERP, "/faults"), (ERP, "/outages"), (SHOP, "/faults"), (SHOP, "/webhooks/faults")):
        ask(whose, "DELETE", path)


def kinds(listed):
    return [one["what"] for one in listed]


STORY = """\
title: trouble
settle: 1s
steps:
  - hook: calls
    function: mine.py:nothing
"""
EXPECT = "  - expect: product_in_shop\n    code: NADA\n"


@pytest.fixture
def story(write, tmp_path):
    (tmp_path / "mine.py").write_text("async def nothing(scene):\n    pass\n")
    return lambda steps: write(STORY + steps)


@pytest.mark.slow
def test_what_a_story_ordered_is_taken_back_and_what_was_there_is_told_and_stays(command, story, target, door):
    door(ERP, "POST", "/faults", {"call": "nota.fiscal.obter.php", "what": "cut"})
    door(SHOP, "POST", "/webhooks/faults", {"call": "order.cancelled", "what": "drop"})
    trouble = (
        "  - erp: fails\n    call: read_invoice\n    how: stall\n"
        "  - erp: sends_badly\n    message: tracking\n    how: lost\n"
        "  - webstore: fails\n    call: write_invoice\n    how: error\n"
        "  - webstore: sends_badly\n    message: cancelled\n    how: doubled\n"
    )
    ended = command("run", story(trouble + "  - erp: is_down\n    for: 30m\n" + EXPECT), "--against", target)
    assert ended.status == 1, ended.out
    assert "  there already, and not of this story: cut of nota.fiscal.obter.php: met 0 of 1" in ended.lines
    assert door(ERP, "GET", "/outages") == []
    assert kinds(door(ERP, "GET", "/faults")) == ["cut"]
    assert door(SHOP, "GET", "/faults") == []
    assert kinds(door(SHOP, "GET", "/webhooks/faults")) == ["drop"]

    ended = command("run", story(trouble), "--against", target)
    assert ended.status == 2
    assert "a fault was ordered and never met: stall of nota.fiscal.obter.php: met 0 of 1; " in ended.out
    assert "never met: cut" not in ended.out
    # Nothing of that is there for the next one, and what is not its own does not change its verdict.
    ended = command("run", story(""), "--against", target)
    assert ended.status == 0, ended.out


@pytest.mark.slow
def test_a_shop_that_a_story_took_down_is_up_again_after_ctrl_c(story, target, door):
    path = story("  - webstore: is_down\n    for: 30m\n")
    words = [sys.executable, "-m", "scenarios", "run", str(path), "--against", target]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 60
        while not door(SHOP, "GET", "/faults") and time.monotonic() < until:
            time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, "")
    assert door(SHOP, "GET", "/faults") == []
    ordered = [one["what"] for one in door(SHOP, "GET", "/journal?kind=fault_ordered")]
    assert ordered[-1] == "maintenance"
