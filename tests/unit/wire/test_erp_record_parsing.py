"""The ERP's records as core values (erp-products §1–3, erp-transport §5)."""

from decimal import Decimal as D

import pytest

from connector.core.catalogue import Depot, Kind, VariationRef
from connector.core.errors import ContractBroken
from connector.wire import erp_records


def product(**fields):
    return erp_records.parse_product({"id": 1, **fields})


@pytest.mark.parametrize(
    ("written", "document"),
    [
        ("11.222.333/0001-81", "11222333000181"),
        ("12.abc.345/01DE-35", "12ABC34501DE35"),
        ("529.982.247-25", "52998224725"),
        ("", ""),
    ],
)
def test_an_account_is_known_by_its_document_without_punctuation(written, document):
    assert erp_records.parse_account({"conta": {"cnpj_cpf": written}}).document == document


def test_an_account_without_trade_name_has_its_legal_one():
    assert erp_records.parse_account({"conta": {"fantasia": " ", "razao_social": "Loja Ltda"}}).name == "Loja Ltda"


@pytest.mark.parametrize(
    ("row", "kind", "active"),
    [
        ({"tipoVariacao": "P", "situacao": "A"}, Kind.PARENT, True),
        ({"tipoVariacao": "v", "situacao": "I"}, Kind.VARIATION, False),
        ({"tipoVariacao": "N", "situacao": "E"}, Kind.SIMPLE, False),
        ({}, Kind.SIMPLE, None),
    ],
    ids=["parent", "variation", "deleted", "older-row"],
)
def test_a_row_says_what_it_says_and_no_more(row, kind, active):
    listed = erp_records.parse_listing({"produtos": [{"produto": {"id": 7, **row}}]}, 1).rows[0]
    assert (listed.kind, listed.active) == (kind, active)


@pytest.mark.parametrize("pages", [3, "3", "3.0"])
def test_the_number_of_pages_may_come_as_text(pages):
    assert erp_records.parse_listing({"produtos": "", "numero_paginas": pages}, 1).pages == 3


@pytest.mark.parametrize(("page", "pages"), [(1, 0), (5, 4)])
def test_nothing_found_is_a_page_past_the_last(page, pages):
    found = erp_records.parse_listing(None, page)
    assert (found.page, found.pages, found.rows) == (page, pages, ())


def test_a_digits_only_code_may_come_as_a_number():
    assert erp_records.parse_listing({"produtos": [{"produto": {"id": 7, "codigo": 4711}}]}, 1).rows[0].code == "4711"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tipo": "S"}, {"is_service": True}),
        ({"tipo": "P"}, {"is_service": False}),
        ({"situacao": "A"}, {"active": True}),
        ({"situacao": "I"}, {"active": False}),
        ({"situacao": "E"}, {"active": False}),
        ({}, {"active": True, "is_service": False, "kind": Kind.SIMPLE, "price": None, "variations": ()}),
        ({"gtin": "0"}, {"gtin": ""}),
        ({"gtin": 7891000315507}, {"gtin": "7891000315507"}),
        ({"preco": "36.3200000000", "peso_bruto": ""}, {"price": D("36.32"), "gross_weight": None}),
        (
            {"alturaEmbalagem": "5.00", "larguraEmbalagem": 6, "comprimentoEmbalagem": 7.5},
            {"height": D(5), "width": D(6), "length": D("7.5")},
        ),
        ({"seo_title": "raiz", "seo": {"seo_title": "dentro"}}, {"seo_title": "raiz"}),
        (
            {"seo": {"seo_keywords": "a, b", "link_video": "https://v.example"}},
            {"keywords": "a, b", "video_url": "https://v.example"},
        ),
        ({"seo": ""}, {"seo_title": ""}),
    ],
)
def test_a_products_fields_are_read_as_they_come(fields, expected):
    read = product(**fields)
    assert {name: getattr(read, name) for name in expected} == expected


def test_attachments_come_before_images_hosted_elsewhere():
    read = product(
        anexos=[{"anexo": "https://a.example/1.jpg"}, {"anexo": ""}, {"anexo": None}],
        imagens_externas={"imagem_externa": {"url": "https://b.example/2.jpg"}},
    )
    assert read.attachments == ("https://a.example/1.jpg", "https://b.example/2.jpg")


def test_a_variation_is_named_with_its_options():
    read = product(variacoes={"variacao": {"id": "2", "codigo": "V", "preco": "9.5000", "grade": {" Cor ": " Azul "}}})
    assert read.variations == (VariationRef(erp_id="2", code="V", price=D("9.5"), options={"Cor": "Azul"}),)


@pytest.mark.parametrize(
    ("grid", "options"),
    [("", {}), ([], {}), (None, {}), ({"Cor": None}, {"Cor": ""}), ({"Tamanho": 38}, {"Tamanho": "38"})],
)
def test_an_option_that_is_not_filled_in_is_empty(grid, options):
    assert product(variacoes=[{"variacao": {"id": 2, "grade": grid}}]).variations[0].options == options


def test_a_balance_with_its_depots():
    read = erp_records.parse_stock(
        {
            "saldo": "-3.5000",
            "saldoReservado": None,
            "depositos": [{"deposito": {"nome": " Geral ", "saldo": "", "desconsiderar": "s"}}],
        }
    )
    assert (read.balance, read.reserved) == (D("-3.5"), D(0))
    assert read.depots == (Depot(name="Geral", balance=D(0), ignored=True),)


@pytest.mark.parametrize("record", [{}, {"saldo": None}, {"saldo": ""}, {"saldo": "doze"}])
def test_a_stock_record_without_balance_is_never_taken_for_zero(record):
    with pytest.raises(ContractBroken):
        erp_records.parse_stock(record)


@pytest.mark.parametrize("content", [{}, {"produto": []}, {"produto": None}])
def test_an_answer_without_record_is_told(content):
    with pytest.raises(ContractBroken):
        erp_records.product_record(content)


def test_a_row_that_cannot_be_read_is_counted_and_holds_up_nobody():
    rows = [
        {"produto": {"id": 7, "codigo": "A"}},
        {"produto": {"id": "", "codigo": "B"}},
        {"produto": {"id": 9, "preco": "x"}},
    ]
    page = erp_records.parse_listing({"produtos": rows, "numero_paginas": 1}, 1)
    assert [row.erp_id for row in page.rows] == ["7"]
    assert [text.split(":")[0] for text in page.unreadable] == ["B", "9"]


@pytest.mark.parametrize(
    ("record", "excluded"), [(None, True), ({"situacao": "E"}, True), ({"situacao": "I"}, False), ({}, False)]
)
def test_an_excluded_product_is_gone_or_says_so(record, excluded):
    assert erp_records.is_excluded(record) is excluded
