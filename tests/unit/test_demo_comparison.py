"""The demo's comparison sees every kind of difference: each makes its own row unequal, and no other."""

from copy import deepcopy
from decimal import Decimal

import pytest

from connector.demo.compare import STOCK, compare_stock
from connector.demo.compare_orders import (
    CUSTOMER,
    ITEMS,
    ONE_TO_ONE,
    ORDER_ROWS,
    SITUATION,
    TOTAL,
    TRACKING,
    ErpSales,
    compare_orders,
)
from connector.demo.tally import Tally

LONG_NAME = "Maria Isis Câmara Mendonça de Albuquerque"
TRACKED = {"tracking_code": "OY123456785BR", "tracking_url": "https://rastreio.exemplo.com.br/1"}


def erp():
    """The ERP's side of one order, shipped."""
    return ErpSales(
        orders=[
            {
                "id": 810,
                "numero": 1,
                "numero_ecommerce": "1001",
                "id_contato": 460,
                "situacao": "enviado",
                "total_pedido": "119.80",
                "codigo_rastreamento": TRACKED["tracking_code"],
                "url_rastreamento": TRACKED["tracking_url"],
                "itens": [{"codigo": "CAM-1", "id_produto": 7, "quantidade": "2.00", "valor_unitario": "59.90"}],
            }
        ],
        contacts={460: {"tipo_pessoa": "F", "nome": LONG_NAME[:30].strip(), "cpf_cnpj": "529.982.247-25"}},
        codes={7: "CAM-1", 8: "CAM-2"},
    )


def shop():
    """The shop's side of the same order."""
    return {
        "number": 1001,
        "status": "shipped",
        "total": "119.80",
        "external_reference": {"id": "810", "number": "1"},
        "items": [{"code": "CAM-1", "quantity": 2, "unit_price": "59.90"}],
        "customer": {
            "person_type": "F",
            "name": LONG_NAME,
            "cpf": "52998224725",
            "cnpj": None,
            "foreign_document": None,
        },
        "shipping": dict(TRACKED),
    }


def unequal(tally):
    return {row for row in tally.rows if not tally.is_row_equal(row)}


def test_the_same_order_on_both_sides_is_equal_in_every_row():
    tally = compare_orders(erp(), [shop()])
    assert (tally.is_equal, tally.differences) == (True, [])
    assert tally.compared == dict.fromkeys(ORDER_ROWS, 1)


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda order, _: order.update(total_pedido="119.81"), TOTAL),
        (lambda order, _: order["itens"][0].update(quantidade="3.00"), ITEMS),
        (lambda order, _: order["itens"][0].update(valor_unitario="59.89"), ITEMS),
        (lambda order, _: order["itens"][0].update(codigo="CAM-2"), ITEMS),
        (lambda order, _: order["itens"][0].update(id_produto=8), ITEMS),
        (lambda order, _: order["itens"].append(order["itens"][0]), ITEMS),
        (lambda order, _: order.update(id_contato=461), CUSTOMER),
        (lambda order, _: order.update(situacao="faturado"), SITUATION),
        (lambda order, _: order.update(codigo_rastreamento=""), TRACKING),
        (lambda _, placed: placed["customer"].update(cpf="11144477735"), CUSTOMER),
        (lambda _, placed: placed["customer"].update(name="Outra Pessoa"), CUSTOMER),
        (lambda _, placed: placed.update(status="cancelled"), SITUATION),
        (lambda _, placed: placed["shipping"].update(tracking_url=None), TRACKING),
        (lambda _, placed: placed.update(external_reference=None), ONE_TO_ONE),
        (lambda _, placed: placed.update(external_reference={"id": "811", "number": "1"}), ONE_TO_ONE),
    ],
)
def test_a_difference_makes_its_row_unequal_and_no_other(change, row):
    sales, placed = erp(), shop()
    change(sales.orders[0], placed)
    tally = compare_orders(sales, [placed])
    assert unequal(tally) == {row}
    [difference] = tally.differences
    assert f", {row}: ERP " in difference


def test_an_order_that_is_twice_in_the_erp_is_seen():
    sales = erp()
    sales.orders.append(deepcopy(sales.orders[0]) | {"id": 811, "numero": 2})
    assert unequal(compare_orders(sales, [shop()])) == {ONE_TO_ONE}


def test_an_order_of_the_erp_that_the_shop_does_not_know_is_seen():
    sales = erp()
    sales.orders.append(deepcopy(sales.orders[0]) | {"id": 811, "numero": 2, "numero_ecommerce": ""})
    assert unequal(compare_orders(sales, [shop()])) == {ONE_TO_ONE}


def test_an_order_that_is_not_in_the_erp_is_seen():
    placed = shop() | {"number": 1002, "external_reference": None}
    tally = compare_orders(erp(), [shop(), placed])
    assert unequal(tally) == {ONE_TO_ONE}
    assert tally.differences == ["order 1002, Pedidos, um a um: ERP [], shop [(None, None)]"]


@pytest.mark.parametrize("status", ["awaiting_payment", "payment_review"])
def test_two_words_of_the_shop_mean_an_open_order(status):
    sales, placed = erp(), shop() | {"status": status}
    sales.orders[0]["situacao"] = "aberto"
    assert compare_orders(sales, [placed]).is_equal


def product(balance, *variations):
    children = [{"codigo": code, "saldo": saldo} | BARE | {"grade": {"Cor": code}} for code, saldo in variations]
    return {"codigo": "P", "saldo": balance, "situacao": "A", "variacoes": children} | BARE


NUMBERS = ("preco", "peso_liquido", "peso_bruto", "alturaEmbalagem", "larguraEmbalagem", "comprimentoEmbalagem")
TEXTS = ("nome", "descricao_complementar", "gtin", "unidade", "ncm", "marca", "categoria", "garantia", "link_video",
         "seo_keywords", "seo_title", "seo_description")  # fmt: skip
BARE = dict.fromkeys(NUMBERS, "1") | dict.fromkeys(TEXTS, "") | {"anexos": [], "imagens_externas": []}


def shown(quantity, *variants):
    weights = {"price": "1", "net_weight_kg": "1", "gross_weight_kg": "1"}
    return {
        "code": "P",
        "name": "",
        "description_html": None,
        "gtin": None,
        "unit": "UN",
        "ncm": None,
        "stock": {"quantity": quantity},
        "package": {"height_cm": "1", "width_cm": "1", "length_cm": "1"},
        "images": [],
        "brand": None,
        "category_path": None,
        "related": None,
        "options": ["Cor"] if variants else [],
        "variants": [
            {"code": code, "gtin": None, "option_values": [code], "stock": {"quantity": level}} | weights
            for code, level in variants
        ],
    } | weights


def test_a_balance_below_zero_is_shown_as_none_and_a_parent_as_the_sum():
    tally = compare_stock([product("-99", ("A", "-3"), ("B", "4.5"))], [shown(4.5, ("A", 0), ("B", 4.5))])
    assert (tally.is_equal, tally.compared[STOCK]) == (True, 3)


def test_a_balance_that_was_not_told_is_seen():
    tally = compare_stock([product("5")], [shown(4)])
    assert tally.differences == [f"P, {STOCK}: ERP {Decimal('5.000')!r}, shop {Decimal('4')!r}"]
    assert not tally.is_equal


def test_a_product_or_variation_that_the_shop_does_not_have_is_seen():
    assert not compare_stock([product("5")], []).is_equal
    assert not compare_stock([product("0", ("A", "1"), ("B", "0"))], [shown(1, ("A", 1))]).is_equal


def test_a_row_with_nothing_compared_proves_nothing():
    assert not compare_orders(ErpSales(orders=[], contacts={}, codes={}), []).is_equal
    assert not Tally(("x",)).is_equal
