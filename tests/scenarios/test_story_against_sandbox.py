"""`scenarios run --against sandbox.yaml`: both clocks behind ours, and no connector between shop and ERP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager

import pytest

STORY = """\
title: an order that nobody takes to the ERP
settle: 1s
steps:
  - hook: calls
    function: mine.py:%s
    with: {orders: "%s"}
"""
HOOK = """\
async def place(scene, orders):
    async with scene.theatre.http.post(orders, json={"count": 1}) as answer:
        assert answer.status == 201, await answer.text()


async def look(scene, orders):
    pass
"""


@contextmanager
def serving(module, *words):
    """A fake five minutes behind our clock; its address and that of its door."""
    now = int(time.time())
    behind = ["--clock", f"scaled:{now}:{now - 300}:1", "--port", "0", "--door-port", "0"]
    with subprocess.Popen([sys.executable, "-m", module, "serve", *behind, *words], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            *_, address, _, door = process.stdout.readline().decode().split()
            yield address, door.removesuffix("/__fake__/")
        finally:
            process.terminate()


def asked(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture
def sandbox(tmp_path, monkeypatch):
    """The target's file and the address where orders are placed."""
    with ExitStack() as stack:
        erp, erp_door = stack.enter_context(serving("fake_erp", "--world", "empresa"))
        shop, shop_door = stack.enter_context(
            serving("fake_webstore", "--world", "loja", "--products", "3", "--orders", "2")
        )
        world = f"{shop_door}/__fake__/worlds/loja"
        (store,) = asked(world)["stores"]
        monkeypatch.setenv("MY_ERP_TOKEN", asked(f"{erp_door}/__fake__/worlds/empresa")["token"])
        monkeypatch.setenv("MY_SHOP_TOKEN", asked(f"{world}/stores/{store['id']}")["access_token"])
        file = tmp_path / "sandbox.yaml"
        file.write_text(
            f"erp: {{api: '{erp}', token: MY_ERP_TOKEN}}\n"
            f"shop: {{api: '{shop.rstrip('/')}/loja/api/v1', store: {store['id']}, token: MY_SHOP_TOKEN}}\n"
        )
        (tmp_path / "mine.py").write_text(HOOK)
        yield file, f"{world}/stores/{store['id']}/orders"


@pytest.mark.slow
def test_an_order_is_lost_whatever_the_shops_clock_says(command, write, sandbox):
    file, orders = sandbox
    ended = command("run", write(STORY % ("place", orders)), "--against", file)
    assert ended.status == 1, ended.out
    assert "✗ no order lost: 1 orders" in ended.out


@pytest.mark.slow
def test_where_the_shop_has_taken_no_order_nothing_is_known(command, write, sandbox):
    file, orders = sandbox
    ended = command("run", write(STORY % ("look", orders)), "--against", file)
    assert ended.status == 2, ended.out
    assert "the shop has taken no order since the story began, so that nothing was compared" in ended.out
