"""The stock webhook of an integration (contract, stock webhook §2): when it is sent and what it says."""

from __future__ import annotations

from urllib.parse import parse_qs

import orjson
import pytest

import schemas

SHIRT = {
    "nome": "Camiseta",
    "codigo": "CAM-001",
    "variacoes": [{"codigo": "CAM-001-AZ", "grade": {"Cor": "Azul"}, "estoque_atual": 5}],
}


async def mug(erp, platform, mapped=("PLAT-77",), **settings) -> dict:
    """A world with one product, announced under these identifiers, whose webhooks go to the platform."""
    await erp.world(stock_webhook_url=platform.url, **settings)
    made = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "CAN-01", "estoque_atual": 10})
    for sku in mapped:
        await erp.door("POST", "worlds/loja/mappings", {"idProduto": made["id"], "skuMapeamento": sku})
    return made


async def move(erp, product: int, **movement) -> None:
    status, answer = await erp.door_status("POST", "worlds/loja/stock", {"idProduto": product, **movement})
    assert status == 200, answer
    await erp.flush()


async def test_a_movement_tells_the_new_balance_of_a_mapped_product(erp, platform):
    product = await mug(erp, platform)
    await move(erp, product["id"], tipo="S", quantidade=3)
    [message] = platform.messages
    cnpj = (await erp.door("GET", "worlds/loja"))["cnpj"]
    assert message == {
        "cnpj": cnpj,
        "idEcommerce": 8123,
        "tipo": "estoque",
        "versao": "1.0.0",
        "dados": {
            "tipoEstoque": "F",
            "saldo": 7,
            "idProduto": product["id"],
            "sku": "CAN-01",
            "skuMapeamento": "PLAT-77",
            "skuMapeamentoPai": "",
        },
    }


async def test_every_movement_is_kept_with_the_balance_before_and_after(erp, platform):
    product = await mug(erp, platform, mapped=())
    await move(erp, product["id"], tipo="S", quantidade=3)
    await move(erp, product["id"], tipo="B", quantidade=20)
    movements = (await erp.door("GET", "worlds/loja/movements?offset=0&limit=5"))["movements"]
    assert {each["idProduto"] for each in movements} == {product["id"]}
    assert [(each["saldo_antes"], each["saldo"]) for each in movements] == [("10", "7"), ("7", "20")]


async def test_an_unmapped_product_sends_nothing(erp, platform):
    product = await mug(erp, platform, mapped=())
    await move(erp, product["id"], tipo="S", quantidade=3)
    assert platform.messages == []


async def test_a_product_whose_announcements_were_removed_sends_nothing(erp, platform):
    product = await mug(erp, platform)
    await erp.door("DELETE", "worlds/loja/mappings", {"idProduto": product["id"]})
    await move(erp, product["id"], quantidade=3)
    assert platform.messages == []


async def test_an_announcement_on_another_integration_sends_nothing(erp, platform):
    product = await mug(erp, platform)
    await erp.door("PATCH", "worlds/loja", {"id_ecommerce": 99})
    await move(erp, product["id"], quantidade=3)
    assert platform.messages == []


async def test_without_an_address_nothing_is_made(erp):
    await erp.world(products=1)
    product = (await erp.products())[0]["id"]
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product, "skuMapeamento": "PLAT-1"})
    await move(erp, product, quantidade=3)
    assert await erp.deliveries() == []


async def test_every_announcement_of_a_product_is_told_of(erp, platform):
    product = await mug(erp, platform, mapped=("PLAT-1", "PLAT-2"))
    await move(erp, product["id"], quantidade="5.25")
    assert [(dados["skuMapeamento"], dados["saldo"]) for dados in platform.dados] == [
        ("PLAT-1", 5.25),
        ("PLAT-2", 5.25),
    ]


async def test_a_variation_is_named_with_its_parents_identifier(erp, platform):
    await erp.world(stock_webhook_url=platform.url)
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    child = shirt["variacoes"][0]
    for product, sku in ((shirt, "PLAT-9"), (child, "PLAT-9-3")):
        await erp.door("POST", "worlds/loja/mappings", {"idProduto": product["id"], "skuMapeamento": sku})
    await move(erp, child["id"], tipo="E", quantidade=1)
    [dados] = platform.dados
    assert (dados["idProduto"], dados["sku"]) == (child["id"], "CAM-001-AZ")
    assert (dados["skuMapeamento"], dados["skuMapeamentoPai"]) == ("PLAT-9-3", "PLAT-9")


async def test_available_mode_tells_what_is_left_after_reservations(erp, platform):
    product = await mug(erp, platform, send_physical=False)
    await move(erp, product["id"], saldoReservado=4)
    await move(erp, product["id"], tipo="S", quantidade=1)
    assert [(dados["tipoEstoque"], dados["saldo"]) for dados in platform.dados] == [("D", 6), ("D", 5)]


async def test_physical_mode_is_silent_on_reservations(erp, platform):
    product = await mug(erp, platform)
    await move(erp, product["id"], saldoReservado=4)
    assert platform.messages == []


async def test_available_mode_without_reservation_tells_the_physical_balance(erp, platform):
    product = await mug(erp, platform, send_physical=False, reservation=False)
    await move(erp, product["id"], tipo="E", quantidade=1, saldoReservado=4)
    assert platform.dados[0]["saldo"] == 11


@pytest.mark.parametrize(("depot", "balance"), [("", 12), ("Loja", 2), ("Avarias", 3)])
async def test_the_balance_is_of_the_chosen_depot_or_of_those_that_count(erp, platform, depot, balance):
    depots = ["Geral", "Loja", {"nome": "Avarias", "desconsiderar": "S"}]
    product = await mug(erp, platform, depots=depots, depot=depot)
    await move(erp, product["id"], quantidade=2, deposito="Loja")
    await move(erp, product["id"], quantidade=3, deposito="Avarias")
    assert platform.dados[-1]["saldo"] == balance


async def test_a_depot_that_does_not_exist_cannot_be_chosen(erp):
    status, said = await erp.door_status("POST", "worlds", {"name": "loja", "depot": "Porão"})
    assert (status, "Porão" in said["error"]) == (400, True)
    await erp.world()
    assert (await erp.door_status("PATCH", "worlds/loja", {"depot": "Porão"}))[0] == 400


async def test_many_products_are_mapped_in_one_call_and_a_wrong_one_leaves_nothing_done(erp):
    await erp.world(products=3, variations_share=0)
    entries = [{"idProduto": p["id"], "skuMapeamento": f"PLAT-{p['id']}"} for p in await erp.products()]
    status, answer = await erp.door_status("POST", "worlds/loja/mappings", [*entries, {"idProduto": 5}])
    assert (status, "no product 5" in answer["error"]) == (404, True)
    assert await erp.door("GET", "worlds/loja/mappings") == []
    status, made = await erp.door_status("POST", "worlds/loja/mappings", entries)
    assert (status, len(made)) == (201, 3)
    assert [m["skuMapeamento"] for m in await erp.door("GET", "worlds/loja/mappings")] == [
        entry["skuMapeamento"] for entry in entries
    ]


@pytest.mark.parametrize("body", [[3], [{"idProduto": 1, "colour": 2}], {"idProduto": 1, "colour": 2}])
async def test_mappings_that_make_no_sense_are_explained(erp, body):
    await erp.world()
    assert (await erp.door_status("POST", "worlds/loja/mappings", body))[0] == 400


@pytest.mark.parametrize(("dialect", "content_type"), [("json", "application/json"), ("text", "text/plain")])
async def test_a_message_is_json_even_under_another_type(erp, platform, dialect, content_type):
    product = await mug(erp, platform, webhook_dialect=dialect)
    await move(erp, product["id"], quantidade=1)
    assert (platform.requests[0].content_type, platform.dados[0]["saldo"]) == (content_type, 1)


async def test_a_message_can_come_as_a_form_whose_dados_is_json(erp, platform):
    product = await mug(erp, platform, webhook_dialect="form")
    await move(erp, product["id"], quantidade=1)
    [request] = platform.requests
    form = parse_qs(request.body.decode())
    assert request.content_type == "application/x-www-form-urlencoded"
    assert (form["tipo"], orjson.loads(form["dados"][0])["saldo"]) == (["estoque"], 1)


async def test_every_message_fits_its_schema_in_every_mood(erp, platform):
    product = await mug(erp, platform, moods=True)
    for quantity in range(60):
        await move(erp, product["id"], quantidade=quantity)
    assert [schemas.problems("erp/webhook.estoque", message) for message in platform.messages] == [[]] * 60
    spelled = {type(message["dados"]["saldo"]) for message in platform.messages}
    assert spelled == {int, str}
    assert None in {message["dados"]["skuMapeamento"] for message in platform.messages}
