"""Messages of both families about orders, tracking and invoices, with each of their names missing in turn."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import schemas
from connector.core.tracking import Tracking
from connector.wire.erp_invoices import parse_invoice
from connector.wire.erp_messages import (
    InvoiceMessage,
    OrderMessage,
    OtherMessage,
    parse_message,
    tracking_answer,
)


def message(kind: str, content: dict[str, Any], **envelope: Any) -> str:
    return orjson.dumps({"cnpj": "11.222.333/0001-81", "tipo": kind, "dados": content, **envelope}).decode()


def order(kind: str, content: dict[str, Any], **envelope: Any) -> OrderMessage:
    parsed = parse_message(message(kind, content, **envelope))
    assert isinstance(parsed, OrderMessage)
    return parsed


def invoice(content: dict[str, Any], **envelope: Any) -> InvoiceMessage:
    parsed = parse_message(message("nota_fiscal", content, **envelope))
    assert isinstance(parsed, InvoiceMessage)
    return parsed


@pytest.mark.parametrize(
    "name", ["situacao_pedido", "rastreio", "nota_fiscal", "conta.inclusao_pedido", "conta.atualizacao_pedido"]
)
def test_every_example_of_the_schemas_is_read(name: str) -> None:
    paths = sorted((schemas.ROOT / "erp" / "examples" / f"webhook.{name}").glob("valid-*.json"))
    assert paths
    for path in paths:
        parsed = parse_message(path.read_text())
        assert isinstance(parsed, InvoiceMessage if name == "nota_fiscal" else OrderMessage), path.name


@pytest.mark.parametrize("name", ["idVendaTiny", "id", "idPedido"])
@pytest.mark.parametrize("number", [700100245, "700100245"])
def test_the_orders_id_is_read_under_each_of_its_names(name: str, number: object) -> None:
    assert order("atualizacao_pedido", {name: number}).erp_id == "700100245"


@pytest.mark.parametrize(
    ("content", "situation"),
    [
        ({"situacao": "enviado"}, "shipped"),
        ({"codigoSituacao": "pronto_envio"}, "ready"),
        ({"descricaoSituacao": "Faturado (atendido)"}, "invoiced"),
        ({"situacao": "", "descricaoSituacao": "Não Entregue"}, "not_delivered"),
        ({"situacao": "teletransportado"}, None),
        ({}, None),
    ],
)
def test_a_situation_is_read_as_code_or_description(content: dict[str, Any], situation: str | None) -> None:
    parsed = order("situacao_pedido", content)
    assert (parsed.tells_situation, parsed.situation) == (True, situation)


def test_a_tracking_message_tells_no_situation() -> None:
    parsed = order("rastreio", {"codigoRastreio": " AA1 ", "urlRastreio": "https://r.example/a", "idVendaTiny": 7})
    assert (parsed.tells_situation, parsed.situation) == (False, None)
    assert parsed.tracking == Tracking(code="AA1", url="https://r.example/a")


def test_an_account_message_may_tell_of_an_invoice() -> None:
    assert order("atualizacao_pedido", {"id": "7", "idNotaFiscal": "880001"}).invoice_id == "880001"
    assert order("atualizacao_pedido", {"id": "7", "idNotaFiscal": "0"}).invoice_id == ""


def test_an_invoice_message_names_invoice_and_order_where_it_does() -> None:
    full = invoice(
        {
            "idNotaFiscalTiny": 880001,
            "idPedidoEcommerce": "100245",
            "chaveAcesso": "4226 0511",
            "urlDanfe": "https://e/x",
        },
        idEcommerce=4321,
    )
    assert (full.invoice_id, full.shop_number, full.erp_id) == ("880001", "100245", "")
    assert (full.key, full.url, full.integrator_id) == ("42260511", "https://e/x", "4321")
    account = invoice({"id": 880001, "idPedido": 700100245})
    assert (account.invoice_id, account.erp_id, account.integrator_id) == ("880001", "700100245", "")
    assert invoice({}).invoice_id == ""


def test_the_accounts_other_switches_are_told_apart() -> None:
    assert parse_message(message("vendas_enviadas", {"id": 1})) == OtherMessage(kind="vendas_enviadas")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (message("rastreio", {"idEntregaEcommerce": 77}), {"idEntregaEcommerce": 77}),
        (message("rastreio", {"idEntregaEcommerce": "77"}), {"idEntregaEcommerce": "77"}),
        (message("RASTREIO", {"idEntregaEcommerce": 0}), {"idEntregaEcommerce": 0}),
        (message("rastreio", {}), {"idEntregaEcommerce": 0}),
        (message("rastreio", {"idEntregaEcommerce": None}), {"idEntregaEcommerce": 0}),
        ('tipo=rastreio&dados={"idEntregaEcommerce": 5}', {"idEntregaEcommerce": 5}),
        (message("situacao_pedido", {"idEntregaEcommerce": 77}), None),
        (message("rastreio", [1]), None),  # type: ignore[arg-type]
        ("", None),
        ("rastreio", None),
    ],
)
def test_a_tracking_message_is_answered_with_its_own_number(body: str, answer: dict[str, Any] | None) -> None:
    assert tracking_answer(body.encode()) == answer


def test_bytes_that_are_no_text_are_answered_with_nothing() -> None:
    assert tracking_answer(b"\xff\xfe") is None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, "pending") for code in (1, 2, 4, 5, 8, 9, "", "99")),
        (6, "valid"),
        ("7", "valid"),
        (3, "void"),
        (10, "void"),
    ],
)
def test_only_two_situations_of_an_invoice_are_valid_and_two_are_void(code: object, state: str) -> None:
    assert parse_invoice({"nota_fiscal": {"id": 1, "situacao": code}}).state == state


def test_an_invoice_is_read_from_padded_and_masked_values() -> None:
    record = {
        "id": "880001",
        "id_venda": 700100245,
        "situacao": "6",
        "chave_acesso": "4226 0511 2223",
        "numero": "000132",
        "serie": 1,
        "data_emissao": "15/05/2026",
        "valor_nota": "69.7000",
    }
    parsed = parse_invoice({"nota_fiscal": record})
    assert (parsed.invoice_id, parsed.order_id, parsed.key) == ("880001", "700100245", "422605112223")
    assert (parsed.number, parsed.series, str(parsed.issued_on), str(parsed.amount)) == (
        132,
        1,
        "2026-05-15",
        "69.7000",
    )


@pytest.mark.parametrize("day", ["", "2026-05-15", "32/05/2026", "hoje"])
def test_a_day_that_cannot_be_read_is_none(day: str) -> None:
    assert parse_invoice({"nota_fiscal": {"id": 1, "data_emissao": day}}).issued_on is None
