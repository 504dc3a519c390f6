"""`scenarios run --against`: stories at programs that somebody else has started, on the wall's clock."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

STORY = """\
title: one order
settle: 5s
steps:
  - merchant: pastes_token
  - connector: is_killed
  - shopper: orders
  - eventually: orders_in_erp_once
    within: 50s
"""


HOOKED = """\
title: one order, placed by a function of ours
settle: 5s
steps:
  - hook: calls
    function: mine.py:place
    with: {orders: "%s"}
  - clock: waits
    for: 5s
  - shopper: orders
  - expect: orders_in_erp_once
"""
HOOK = """\
async def place(scene, orders):
    async with scene.theatre.http.post(orders, json={"count": 1}) as answer:
        assert answer.status == 201, await answer.text()
"""


@pytest.mark.slow
def test_what_is_there_is_judged_and_what_is_left_out_is_listed(command, write, target, tmp_path):
    path, junit = write(STORY), tmp_path / "out.xml"
    ended = command("run", path, "--against", target, "--junit", junit, "--seed", "3")
    assert ended.status == 0, ended.out
    left_out = "not played: line 5, connector: is_killed: the connector of the target is not ours to stop or to kill"
    assert ended.lines[1].strip() == left_out
    assert "✓ no order lost: 1 orders" in ended.out
    assert "  left out, and so not known: line 5 (connector: is_killed), backlog drains" in ended.lines
    skipped = [case.get("name") for case in ElementTree.parse(junit).iterfind(".//testcase[skipped]")]
    assert skipped == ["connector: is_killed (line 5)", "backlog drains"]


@pytest.mark.slow
def test_worlds_that_are_not_made_are_listed(command, write, stage, target, tmp_path):
    worlds = "worlds:\n  accounts: {mine: {products: 3, plan: crescer}}\n"
    (tmp_path / "mine.py").write_text("async def nothing(scene):\n    pass\n")
    steps = "title: other worlds\nsettle: 1s\nsteps:\n  - hook: calls\n    function: mine.py:nothing\n"
    junit = tmp_path / "out.xml"
    ended = command("run", write(worlds + steps), "--against", target, "--junit", junit)
    assert ended.status == 0, ended.out
    assert ended.lines[1] == f"  not made: line 1, worlds: the target's are used: {stage.erp.name} with 1 shop"
    assert "  left out, and so not known: line 1 (worlds), backlog drains" in ended.lines
    skipped = [case.get("name") for case in ElementTree.parse(junit).iterfind(".//testcase[skipped]")]
    assert skipped == ["worlds (line 1)", "backlog drains"]


@pytest.mark.slow
def test_the_page_of_a_story_shows_nothing_of_what_the_target_went_through_before(command, write, target, tmp_path):
    (tmp_path / "mine.py").write_text(
        "async def adds(scene):\n    await scene.shop.send('POST', f'{scene.store}/orders', {'count': 1})\n"
    )
    path = write("title: one more\nsettle: 20s\nsteps:\n  - hook: calls\n    function: mine.py:adds\n")
    ended = command("run", path, "--against", target, "--html", tmp_path / "out.html")
    assert ended.status == 0, ended.out
    text = (tmp_path / "out.html").read_text()
    assert "pedido.incluir.php" in text
    # The stage has read the catalogue long before.
    assert "produto.obter.php" not in text


@pytest.mark.slow
def test_of_a_sandbox_orders_are_judged_by_its_interfaces_alone(command, write, stage, tmp_path, monkeypatch):
    store = stage.shop.stores[stage.store_id()]
    monkeypatch.setenv("MY_ERP_TOKEN", stage.erp.token)
    monkeypatch.setenv("MY_SHOP_TOKEN", store.installation.access_token)
    sandbox = tmp_path / "sandbox.yaml"
    sandbox.write_text(
        f"erp: {{api: '{stage.erp_url}', token: MY_ERP_TOKEN}}\n"
        f"shop: {{api: '{stage.shop_url}/api/v1', store: {store.id}, token: MY_SHOP_TOKEN}}\n"
    )
    (tmp_path / "mine.py").write_text(HOOK)
    orders = f"{stage.shop_door_url}/__fake__/worlds/loja/stores/{store.id}/orders"
    ended = command("run", write(HOOKED % orders), "--against", sandbox, "--html", tmp_path / "out.html")
    assert ended.status == 0, ended.out
    assert "  not played: line 9, shopper: orders: the target has no control door" in ended.lines
    assert "  not checked: stock equal: the target has no control door" in ended.lines
    assert "✓ money equal: 1 orders" in ended.out
    for text in (ended.out, (tmp_path / "out.html").read_text()):
        assert stage.erp.token not in text


def test_where_nothing_can_be_done_nothing_is_known(command, write, stage, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    sandbox = tmp_path / "sandbox.yaml"
    address = stage.erp_url
    sandbox.write_text(
        f"erp: {{api: '{address}', token: MY_TOKEN}}\nshop: {{api: '{address}', store: 1, token: MY_TOKEN}}\n"
    )
    ended = command("run", write(STORY), "--against", sandbox)
    assert ended.status == 2
    assert "nothing that is done in it can be done to this target" in ended.out
    monkeypatch.delenv("MY_TOKEN")
    ended = command("run", write(STORY), "--against", sandbox)
    assert ended.status == 2
    assert "a `token` is the name of an environment variable, and that is not set" in ended.err


def test_a_story_of_more_shops_than_there_are_is_unknown(command, write, target):
    worlds = "worlds:\n  shops: {loja: {}, filial: {}}\n"
    ended = command("run", write(worlds + STORY), "--against", target)
    assert ended.status == 2
    assert "the story has 2 shops, the target 1: make another one there" in ended.out
    assert f"--against {target}" in ended.lines[-2]


def test_doors_in_the_wrong_order_are_told_in_one_line(command, write, stage):
    erp, shop = stage.erp_door_url, stage.shop_door_url
    for given, told in (
        (f"{shop},{erp}", f"{shop} is the shop's door"),
        (f"{erp},{erp}", f"{erp} is the ERP's door"),
    ):
        ended = command("run", write(STORY), "--against", given)
        assert (ended.status, ended.err) == (2, f"{told}: give the ERP's first, then the shop's\n")


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ("http://127.0.0.1:9", "--against takes the file of a target, or two addresses"),
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
