"""`scenarios run --against`: stories at programs that somebody else has started, on the wall's clock."""

from __future__ import annotations

import asyncio
import threading
from xml.etree import ElementTree

import pytest

from scenarios.runner.stage import Stage

STORY = """\
title: one order
steps:
  - merchant: connects
  - eventually: pulled
    within: 50s
  - connector: is_killed
  - shopper: orders
  - eventually: orders_in_erp_once
    within: 50s
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """The addresses of the two control doors of programs that run in a thread of their own."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        stage = Stage(tmp_path_factory.mktemp("stage"), virtual=False)
        runner.run(stage.open(erp={"products": 2, "variations_share": 0.0}))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        yield f"{stage.erp_door_url}/__fake__/worlds,{stage.shop_door_url}"
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        runner.run(stage.close())


@pytest.mark.slow
def test_what_is_there_is_judged_and_what_is_left_out_is_listed(command, write, target, tmp_path):
    path, junit = write(STORY), tmp_path / "out.xml"
    ended = command("run", path, "--against", target, "--junit", junit, "--seed", "3")
    assert ended.status == 0, ended.out
    left_out = "not played: line 6, connector: is_killed: the connector of the target is not ours to stop or to kill"
    assert ended.lines[1].strip() == left_out
    assert "✓ no order lost: 1 orders" in ended.out
    assert "  1 of 5 steps were not played, see above" in ended.lines
    (skipped,) = ElementTree.parse(junit).iterfind(".//testcase[skipped]")
    assert skipped.get("name") == "connector: is_killed (line 6)"


def test_a_story_of_more_shops_than_there_are_is_unknown(command, write, target):
    worlds = "worlds:\n  shops: {loja: {}, filial: {}}\n"
    ended = command("run", write(worlds + STORY), "--against", target)
    assert ended.status == 2
    assert "the story has 2 shops, the target 1: make another one there" in ended.out
    assert f"--against {target}" in ended.lines[-2]


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ("http://127.0.0.1:9", "--against takes two addresses"),
        ("http://127.0.0.1:9,http://[", "'http://[' is no address"),
        ("http://127.0.0.1:9,http://shop.example", "shop.example is another machine"),
        ("http://127.0.0.1:9,http://me:secret@127.0.0.1:9", "an address with a password in it is not taken"),
        ("http://127.0.0.1:9,http://127.0.0.1:9", "http://127.0.0.1:9 does not answer as a control door"),
    ],
)
def test_addresses_that_are_none_are_wrong_use(command, write, addresses, told):
    ended = command("run", write(STORY), "--against", addresses)
    assert ended.status == 2
    assert told in ended.err
    assert "secret" not in ended.err
