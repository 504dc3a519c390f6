"""An order of the shop becomes one of the ERP: its money proved, its texts cut, its owner known again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from connector.core.money import goods_of
from connector.core.orders import (
    Choices,
    ErpOrder,
    Found,
    Hold,
    Intermediary,
    Payment,
    ShopOrder,
    content_print,
    is_ours,
    mark_of,
)
from connector.core.reasons import Reason
from connector.core.translation import translate as translate_order
from connector.wire.erp_order_document import notes, order_document
from schemas import validator
from tests.unit.core.orders import BUYER, HOME, ORDER, line

IDS = {"CAM-001-AZ-M": "700101", "CAF-500": "700300"}


def translate(order: ShopOrder, store_id: int, ids: dict[str, str], **choices: object) -> ErpOrder | Hold:
    return translate_order(order, store_id, ids, Choices(**choices), has_good_document=True)


def wanted_of(order: ShopOrder = ORDER, **choices: object) -> ErpOrder:
    wanted = translate(order, 30118, IDS, **choices)
    assert isinstance(wanted, ErpOrder)
    return wanted


def sent(order: ShopOrder = ORDER, integrator: str | None = "8123", **choices: object) -> dict:
    return json.loads(order_document(wanted_of(order, **choices), integrator))["pedido"]


def test_the_contracts_example_adds_up_in_the_erp_too() -> None:
    document = sent()
    goods = sum(D(i["item"]["quantidade"]) * D(i["item"]["valor_unitario"]) for i in document["itens"])
    total = goods + D(document["valor_frete"]) + D(document["outras_despesas"]) - D(document["valor_desconto"])
    assert total == ORDER.total == sum(D(p["parcela"]["valor"]) for p in document["parcelas"])


@pytest.mark.parametrize("field", ["total", "discount", "freight", "surcharge"])
def test_a_cent_that_does_not_fit_holds_the_order_with_the_arithmetic(field: str) -> None:
    held = translate(replace(ORDER, **{field: getattr(ORDER, field) + D("0.01")}), 30118, IDS)
    assert isinstance(held, Hold) and held.reason is Reason.ORDER_MONEY
    assert "≠" in held.detail


def test_instalments_that_do_not_add_up_hold_the_order() -> None:
    held = translate(replace(ORDER, instalments=ORDER.instalments[:2]), 30118, IDS)
    assert isinstance(held, Hold) and "parcelas" in held.detail


def test_a_quantity_that_does_not_divide_evenly_is_rounded_by_line() -> None:
    assert goods_of(replace(ORDER, lines=(line("A", "0.333", "9.99"), line("B", "1.5", "3.33")))) == D("8.33")


def test_an_unknown_code_holds_the_whole_order_and_is_named() -> None:
    held = translate(ORDER, 30118, {"CAF-500": "700300"})
    assert held == Hold(reason=Reason.ORDER_UNKNOWN_CODE, detail="CAM-001-AZ-M")


def test_the_date_is_that_of_brasilia() -> None:
    assert sent()["data_pedido"] == "01/08/2026"
    assert sent(replace(ORDER, created_at=datetime(2026, 8, 2, 2, 30, tzinfo=UTC)))["data_pedido"] == "01/08/2026"


def test_texts_are_cut_to_the_erps_lengths_and_what_was_cut_goes_to_the_note() -> None:
    buyer = replace(BUYER, name="Maximiliana Aparecida dos Santos Albuquerque 😀")
    document = sent(replace(ORDER, buyer=buyer, shipping=replace(HOME, reference="Portão azul", district="B" * 45)))
    assert len(document["cliente"]["nome"]) <= 30
    assert len(document["endereco_entrega"]["bairro"]) == 30
    assert "Portão azul" in document["obs"] and len(document["obs"]) <= 100
    assert "😀" not in json.dumps(document, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("Nguyễn Thị Hoa", "Nguyen Thi Hoa"),
        ("Юлия Иванова", "Yuliya Ivanova"),
        ("王小明", "WangXiaoMing"),
        ("Łukasz  Žižka 🎉", "Lukasz Zizka"),
        ("João D’Ávila – “Zé”", 'João D\'Ávila - "Zé"'),
        ("Jo\u0061\u0303o\x00\x1b[2J", "João[2J"),
        ("Livia\u2028Prado\u200b", "Livia Prado"),
    ],
)
def test_a_name_in_other_letters_is_not_another_name(name: str, arrives: str) -> None:
    assert sent(replace(ORDER, buyer=replace(BUYER, name=name)))["cliente"]["nome"] == arrives


def test_what_is_cut_off_an_address_stands_in_the_note_and_nothing_twice() -> None:
    place = replace(
        HOME,
        street="Avenida Governador Magalhães Pinto, prolongamento da Rodovia 104",
        district="Conjunto Habitacional Presidente Castelo",
    )
    document = sent(replace(ORDER, shipping=place, notes=""))
    address = document["endereco_entrega"]
    assert document["obs"] == "Pedido Webstore 1042 | ...da Rodovia 104 | ...te Castelo"
    assert address["endereco"] + " da Rodovia 104" == place.street
    assert address["bairro"] + "te Castelo" == place.district
    assert sent(replace(ORDER, notes=""))["obs"] == "Pedido Webstore 1042"


def test_an_address_for_mail_that_is_too_long_is_noted_and_not_cut() -> None:
    email = f"{'a' * 45}@exemplo.com.br"
    document = sent(replace(ORDER, buyer=replace(BUYER, email=email), notes=""))
    assert "email" not in document["cliente"]
    assert document["obs"] == f"Pedido Webstore 1042 | {email}"


def test_the_integration_is_named_only_where_it_is_known() -> None:
    assert sent()["id_ecommerce"] == 8123
    assert "id_ecommerce" not in sent(integrator=None)


FOUND = Found(
    erp_id="1",
    number="10",
    shop_number="1042",
    integrator_id="8123",
    document="52998224725",
    total=D("166.15"),
    internal_note="",
    is_cancelled=False,
)


@pytest.mark.parametrize(
    ("change", "ours"),
    [
        ({}, True),
        ({"internal_note": mark_of(30118, 88120455), "document": "", "shop_number": ""}, True),
        ({"internal_note": mark_of(30119, 88120455)}, False),
        ({"total": D("166.16")}, False),
        ({"document": "11144477735"}, False),
        ({"integrator_id": "9999"}, False),
        ({"integrator_id": ""}, True),
        ({"shop_number": "10421"}, False),
        ({"is_cancelled": True}, False),
        ({"is_cancelled": True, "internal_note": mark_of(30118, 88120455)}, False),
    ],
)
def test_only_an_order_of_this_shop_is_adopted(change: dict, ours: bool) -> None:
    assert is_ours(replace(FOUND, **change), ORDER, 30118, "8123") is ours


def test_a_mark_is_not_found_inside_a_longer_one() -> None:
    note = mark_of(30118, 881204559)
    assert is_ours(replace(FOUND, internal_note=note), ORDER, 30118, "8123") is False


def test_a_wrong_document_holds_the_order() -> None:
    held = translate_order(ORDER, 30118, IDS, Choices(), has_good_document=False)
    assert held == Hold(reason=Reason.ORDER_DOCUMENT, detail="52998224725")


@pytest.mark.parametrize(
    ("is_contributor", "choices", "nature"),
    [
        (False, {}, None),
        (False, {"contributor_nature": "Venda a contribuinte"}, None),
        (False, {"nature": "Venda", "contributor_nature": "Venda a contribuinte"}, "Venda"),
        (True, {"nature": "Venda", "contributor_nature": "Venda a contribuinte"}, "Venda a contribuinte"),
        (True, {"nature": "Venda"}, "Venda"),
    ],
)
def test_icms_contributors_have_a_nature_of_their_own(is_contributor: bool, choices: dict, nature: str | None) -> None:
    order = replace(ORDER, buyer=replace(BUYER, is_icms_contributor=is_contributor))
    assert sent(order, **choices).get("nome_natureza_operacao") == nature


def test_the_depot_is_named_and_a_known_customer_is_left_alone_where_the_merchant_says_so() -> None:
    assert "nome_deposito" not in sent()
    assert sent(depot="Loja 2")["nome_deposito"] == "Loja 2"
    assert sent()["cliente"]["atualizar_cliente"] == "S"
    assert sent(overwrites_customer=False)["cliente"]["atualizar_cliente"] == "N"


@pytest.mark.parametrize(
    ("changed", "freight"),
    [
        ({}, ("D", "C", None)),
        ({"carrier": "jadlog", "freight_payer": "store"}, ("R", "J", None)),
        (
            {"carrier": "other", "carrier_name": "Transportes Serra", "freight_payer": "third_party"},
            ("T", "X", "Transportes Serra"),
        ),
        ({"modality": "pickup", "carrier": ""}, ("S", "S", None)),
        ({"modality": "digital", "carrier": ""}, ("S", "S", None)),
        ({"modality": "own_delivery", "carrier": "own", "carrier_name": "Loja"}, ("3", "X", "Loja")),
    ],
)
def test_the_way_of_delivery_is_told_in_the_erps_codes(changed: dict, freight: tuple) -> None:
    document = sent(replace(ORDER, **changed))
    assert (document["frete_por_conta"], document["forma_envio"], document.get("nome_transportador")) == freight


def test_what_the_gateway_knows_of_a_payment_is_passed_on() -> None:
    paid = Payment(
        method="credit_card",
        amount=D("166.15"),
        card_brand="Visa",
        authorization="A1B2C3",
        institution="11222333000181",
    )
    cash = Payment(method="voucher", amount=D("10.00"), card_brand="", authorization="", institution="")
    document = sent(replace(ORDER, payments=(paid, cash)))
    assert document["pagamentos_integrados"] == [
        {
            "pagamento_integrado": {
                "tipo_pagamento": 3,
                "valor": "166.15",
                "cnpj_intermediador": "11222333000181",
                "codigo_autorizacao": "A1B2C3",
                "codigo_bandeira": 1,
            }
        }
    ]
    assert "pagamentos_integrados" not in sent(replace(ORDER, payments=(cash,)))


def test_a_marketplace_and_its_payment_institution_are_named() -> None:
    paid = replace(ORDER.payments[0], institution="11222333000181")
    through = Intermediary(name="Feira Grande", document="12ABC34501DE35")
    document = sent(replace(ORDER, intermediary=through, payments=(paid,)))
    assert document["intermediador"] == {
        "nome": "Feira Grande",
        "cnpj": "12ABC34501DE35",
        "cnpjPagamento": "11222333000181",
    }
    assert "intermediador" not in sent()


def test_every_document_fits_the_schema_of_the_call() -> None:
    through = Intermediary(name="Feira", document="12ABC34501DE35")
    paid = Payment(method="pix", amount=D("166.15"), card_brand="", authorization="E1", institution="11222333000181")
    order = replace(ORDER, intermediary=through, payments=(paid,), shipping=HOME, carrier="other", carrier_name="Serra")
    document = {"pedido": sent(order, depot="Geral", nature="Venda")}
    assert list(validator("erp/pedido.incluir.pedido.request").iter_errors(document)) == []


def test_a_foreigners_document_is_noted_and_names_nobody_in_the_erp() -> None:
    document = sent(replace(ORDER, buyer=replace(BUYER, kind="E", document="AB123456"), notes=""))
    assert (document["cliente"]["tipo_pessoa"], document["cliente"]["cpf_cnpj"]) == ("E", "")
    assert document["obs"] == "Pedido Webstore 1042 | Documento AB123456"


def test_a_long_note_goes_on_behind_the_mark_and_what_is_left_is_told() -> None:
    wanted = wanted_of(replace(ORDER, notes="n" * 200))
    noted = notes(wanted)
    assert (len(noted.printed), len(noted.internal)) == (100, 100)
    assert noted.internal.startswith(mark_of(30118, 88120455) + " ")
    text = noted.printed + noted.internal.removeprefix(mark_of(30118, 88120455) + " ") + noted.left_out
    assert text == "Pedido Webstore 1042 | " + "n" * 200
    assert notes(wanted_of()).left_out == ""


def test_a_buyer_cannot_write_another_orders_mark() -> None:
    noted = notes(wanted_of(replace(ORDER, notes="x" * 80 + mark_of(30118, 7))))
    other = replace(ORDER, order_id=7)
    assert is_ours(replace(FOUND, internal_note=noted.internal), other, 30118, "8123") is False
    assert is_ours(replace(FOUND, internal_note=noted.internal), ORDER, 30118, "8123") is True


def test_a_print_changes_with_what_was_sold_and_with_nothing_else() -> None:
    assert content_print(replace(ORDER, status="shipped", tracking_code="X")) == content_print(ORDER)
    same = replace(ORDER.lines[1], quantity=D("1.0"))
    assert content_print(replace(ORDER, lines=(ORDER.lines[0], same))) == content_print(ORDER)
    fewer = replace(ORDER, lines=ORDER.lines[:1])
    elsewhere = replace(ORDER, shipping=HOME)
    assert len({content_print(order) for order in (ORDER, fewer, elsewhere)}) == 3
