"""An order of the shop becomes one of the ERP: its money proved, its texts cut, its owner known again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from connector.core.orders import (
    Address,
    Buyer,
    ErpOrder,
    Found,
    Hold,
    Instalment,
    Line,
    ShopOrder,
    goods_of,
    is_ours,
    mark_of,
    translate,
)
from connector.core.reasons import Reason
from connector.wire.erp_orders import order_document

HOME = Address(
    recipient="Lívia Antunes Prado",
    street="Rua das Acácias",
    number="145",
    complement="Apto 302",
    district="Funcionários",
    city="Belo Horizonte",
    state="MG",
    zip_code="30140000",
    phone="",
    reference="",
)
BUYER = Buyer(
    kind="F",
    name="Lívia Antunes Prado",
    trade_name="",
    document="52998224725",
    state_registration="",
    rg="",
    email="livia.prado@example.com",
    phone="31987654321",
)


def line(code: str, quantity: str, price: str, discount: str = "0.00") -> Line:
    return Line(code=code, name=code, unit="UN", quantity=D(quantity), unit_price=D(price), discount=D(discount))


# The contract's example (webstore-api §10.10).
ORDER = ShopOrder(
    order_id=88120455,
    number="1042",
    status="paid",
    created_at=datetime(2026, 8, 1, 23, 30, tzinfo=UTC),
    updated_at=datetime(2026, 8, 1, 23, 31, tzinfo=UTC),
    buyer=BUYER,
    billing=HOME,
    shipping=None,
    lines=(line("CAM-001-AZ-M", "2", "59.90", "9.80"), line("CAF-500", "1", "42.50")),
    instalments=tuple(
        Instalment(due=date(2026, month, 1), amount=amount, method="credit_card")
        for month, amount in ((9, D("55.39")), (10, D("55.38")), (11, D("55.38")))
    ),
    carrier="correios",
    service="SEDEX",
    modality="carrier",
    freight_payer="buyer",
    discount=D("15.25"),
    freight=D("18.90"),
    surcharge=D("10.00"),
    total=D("166.15"),
    notes="Entregar após as 14h",
    tracking_code="",
    reference="",
    reference_number="",
    cancel_reason="",
)
IDS = {"CAM-001-AZ-M": "700101", "CAF-500": "700300"}


def sent(order: ShopOrder = ORDER, integrator: str | None = "8123") -> dict:
    wanted = translate(order, 30118, IDS)
    assert isinstance(wanted, ErpOrder)
    return json.loads(order_document(wanted, integrator))["pedido"]


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
