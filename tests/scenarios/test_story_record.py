"""Stories drafted from what was recorded: journals of the fakes, messages of the ERP and the shop."""

from __future__ import annotations

import json

import pytest
from ruamel.yaml import YAML

from scenarios.runner.playing import Performance
from scenarios.runner.story import read_stories

ENVELOPE = {"cnpj": "11222333000181", "idEcommerce": 8123, "versao": "1.0.0"}


def message(tipo, **dados):
    return {**ENVELOPE, "tipo": tipo, "dados": dados}


STOCK = message("estoque", tipoEstoque="F", saldo=15, idProduto=700200, sku="4711", skuMapeamento="PLAT-77")
SITUATION = message(
    "situacao_pedido", idPedidoEcommerce="100245", idVendaTiny=700100245, situacao="enviado", descricaoSituacao="x"
)
TRACKING = message("rastreio", idPedidoEcommerce="100245", codigoRastreio="AA123456789BR", transportadora="Correios")
INVOICE = message("nota_fiscal", idPedidoEcommerce="100245", chaveAcesso="4" * 44, numero="000132")
CANCELLED = {"event": "order.cancelled", "id": "e1", "resource": {"type": "order", "id": 88120455}}


@pytest.fixture
def drafted(command, tmp_path):
    """The steps drafted from these records, one a line, and the text of the file."""

    def draft(*records):
        path = tmp_path / "records.jsonl"
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        ended = command("record", path, "-o", tmp_path / "drafted.yaml")
        assert ended.status == 0, ended.err
        text = (tmp_path / "drafted.yaml").read_text()
        assert read_stories(tmp_path / "drafted.yaml")
        return YAML(typ="safe").load(text)["steps"], text

    return draft


@pytest.mark.parametrize(
    ("record", "step"),
    [
        (STOCK, {"operator": "moves_stock", "code": "PRODUTO-1", "to": 15}),
        (SITUATION, {"operator": "sets_situation", "order": "order-1", "situation": "shipped"}),
        (TRACKING, {"operator": "ships", "order": "order-1", "tracking": "OY000000000BR"}),
        (INVOICE, {"operator": "invoices", "order": "order-1"}),
        (CANCELLED, {"shopper": "cancels", "order": "order-1"}),
    ],
)
def test_a_message_is_told_by_what_causes_it_and_nobody_is_named(drafted, record, step):
    steps, text = drafted(record)
    assert step in steps
    for theirs in ("11222333000181", "4711", "PLAT-77", "100245", "AA123456789BR", "4" * 44, "88120455"):
        assert theirs not in text


def test_a_balance_that_steps_cannot_say_is_told_by_another_and_a_remark(drafted):
    below = message("estoque", tipoEstoque="D", saldo="-2.5", idProduto="700200")
    steps, text = drafted(below)
    assert {"operator": "moves_stock", "code": "PRODUTO-1", "by": -2} in steps
    assert "# its quantity is -2.5: steps know whole numbers only" in text
    assert "send_physical: false" in text


def test_trouble_in_a_journal_is_told_with_the_time_between(drafted):
    call = {"kind": "call", "service": "pedido.incluir.php", "status": 503, "code": None, "fault": None}
    steps, text = drafted(
        {"kind": "order_inserted", "at": "2026-08-03T08:00:00-03:00", "id": 1, "numero_ecommerce": "77", "by": "api"},
        {**call, "at": "2026-08-03T08:01:30-03:00"},
        {
            "kind": "webhook_disturbed",
            "at": "2026-08-03T08:01:30-03:00",
            "tipo": "estoque",
            "what": "late",
            "by": "fault",
        },
        {"kind": "quotation", "at": "2026-08-03T08:02:00-03:00"},
    )
    fails = {"erp": "fails", "call": "insert_order", "how": "unavailable", "after": "1m30s"}
    assert steps.index(fails) == steps.index({"shopper": "orders", "as": "order-1"}) + 1
    assert {"erp": "sends_badly", "message": "stock", "how": "late"} in steps
    assert "# left out: quotation at 2026-08-03T08:02:00-03:00: no step says this" in text


def test_ordered_faults_are_told_by_their_counts_and_not_a_second_time(drafted):
    call = {"kind": "call", "service": "pedido.incluir.php", "status": None, "fault": "answer_lost"}
    fault = {"kind": "fault_ordered", "what": "answer_lost", "first": 2, "calls": 1, "with": {}}
    steps, _ = drafted(
        {**fault, "call": "pedido.incluir.php"},
        call,
        {**fault, "call": "POST /stock/batch", "what": "slow", "with": {"seconds": 4.5}},
        {**fault, "kind": "webhook_fault_ordered", "call": "order.paid", "what": "drop"},
    )
    assert [step for step in steps if {"erp", "webstore"} & set(step)] == [
        {"erp": "fails", "call": "insert_order", "how": "answer_lost", "first": 2},
        {"webstore": "fails", "call": "write_stock", "how": "slow", "first": 2, "seconds": 4.5},
        {"webstore": "sends_badly", "message": "paid", "how": "lost", "first": 2},
    ]


def test_the_journals_of_a_story_become_stories_that_pass(command, write, drafted, tmp_path):
    path = write("""\
        title: sold and sent
        worlds:
          accounts: {matriz: {products: 2, variations: 0}}
        steps:
          - merchant: connects
          - eventually: pulled
            within: 5m
          - operator: announces_products
          - operator: saves_webhook_addresses
          - operator: moves_stock
            any: 1
          - shopper: orders
            as: one
          - eventually: orders_in_erp_once
            within: 5m
          - operator: ships
            order: one
            tracking: OY123456785BR
        """)
    story = read_stories(path)[0]
    record = Performance(story=story, seed=story.seed, wall=None, say=lambda _: None, is_watched=True).play()
    assert record.evidence is not None
    for name, place in (("erp:matriz", "sets_situation"), ("shop", "orders")):
        steps, text = drafted(*record.evidence.journals[name])
        assert "left out:" not in text
        assert any(place in step.values() or "ships" in step.values() for step in steps)
        ended = command("run", tmp_path / "drafted.yaml")
        assert ended.status == 0, ended.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is nothing in it: give a journal as"),
        ("{]", "line 1 is no JSON ("),
        ("[7]", "record 1 is no group of keys and values"),
        ('{"a": 1}', "record 1 is neither an entry of a journal nor a message"),
        ('{"story": "a", "seed": 1}', "this is what a run has shown, and its story is there already"),
        ('{"kind": "probe"}', "there is no story to tell"),
        ("[" * 100_000, "it is nested too deeply"),
        (b"\xff", "this is no UTF-8 text"),
    ],
)
def test_what_is_no_record_is_told(command, write, text, told):
    ended = command("record", write(text))
    assert ended.status == 2
    assert told in ended.err
    assert ended.out == ""


def test_a_file_that_is_not_there_is_told(command, tmp_path):
    ended = command("record", tmp_path / "none.json")
    assert ended.status == 2
    assert "none.json cannot be read (No such file or directory)" in ended.err
