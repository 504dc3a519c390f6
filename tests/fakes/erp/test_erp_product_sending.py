"""Products sent to the platform, whose answer the ERP waits for and reads (contract, stock webhook §4)."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import orjson
import pytest

SHIRT = {
    "nome": "Camiseta Básica",
    "codigo": "CAM-001",
    "preco": "59.90",
    "peso_liquido": "0.18",
    "categoria": "Vestuário >> Camisetas",
    "anexos": ["https://imagens.exemplo.com.br/cam-001-1.jpg"],
    "variacoes": [
        {"codigo": "CAM-001-AZ", "grade": {"Cor": "Azul", "Tamanho": "M"}, "estoque_atual": 15},
        {"codigo": "CAM-001-VD", "grade": {"Cor": "Verde", "Tamanho": "M"}, "estoque_atual": 12},
    ],
}
MUG = {"nome": "Caneca", "codigo": "CAN-01", "estoque_atual": 7}


def agree(message: dict) -> list[dict]:
    """A platform that takes everything: each mapping gets an identifier of its own."""
    product = message.get("dados", message)
    return [
        {"idMapeamento": each["idMapeamento"], "skuMapeamento": f"PLAT-{each['codigo']}", "urlProduto": "https://l/p/9"}
        for each in (product, *product["variacoes"])
    ]


async def shop(erp, platform, *products: dict, reply=agree, **settings) -> list[dict]:
    """A world with these products whose integration sends products to the platform."""
    await erp.world(product_webhook_url=platform.url, **settings)
    platform.reply = reply
    return [await erp.door("POST", "worlds/loja/products", each) for each in products]


async def send(erp, *products: dict, **options) -> list[dict]:
    document = {"products": [each["id"] for each in products], **options}
    status, answer = await erp.door_status("POST", "worlds/loja/sendings", document)
    assert status == 201, answer
    outcomes: list[dict] = answer["outcomes"]
    return outcomes


async def mappings(erp) -> list[tuple[int, str, str]]:
    found = await erp.door("GET", "worlds/loja/mappings")
    return [(each["idProduto"], each["skuMapeamento"], each["skuMapeamentoPai"]) for each in found]


async def test_a_product_is_sent_with_its_variations_nested(erp, platform):
    [shirt] = await shop(erp, platform, SHIRT)
    await send(erp, shirt)
    [message] = platform.messages
    assert (message["tipo"], message["idEcommerce"]) == ("produto", 8123)
    dados = message["dados"]
    assert (dados["id"], dados["idMapeamento"], dados["skuMapeamento"]) == (str(shirt["id"]), "550000001", "")
    assert (dados["preco"], dados["pesoLiquido"], dados["estoqueAtual"]) == ("59.9000", "0.180", 27)
    blue = dados["variacoes"][0]
    assert blue["grade"] == [{"chave": "Cor", "valor": "Azul"}, {"chave": "Tamanho", "valor": "M"}]
    assert (blue["codigo"], blue["idMapeamento"], blue["estoqueAtual"]) == ("CAM-001-AZ", "550000002", 15)
    assert "nome" not in blue
    assert dados["anexos"] == [
        {"url": "https://imagens.exemplo.com.br/cam-001-1.jpg", "nome": "cam-001-1.jpg", "tipo": "jpg"}
    ]
    assert dados["descricaoArvoreCategoria"] == "Vestuário > Camisetas"
    leaf, root = dados["arvoreCategoria"]
    assert (leaf["descricao"], leaf["idPai"], root["idPai"]) == ("Camisetas", root["id"], 0)


async def test_what_the_platform_answers_becomes_a_mapping_of_each_element(erp, platform):
    [shirt] = await shop(erp, platform, SHIRT)
    outcomes = await send(erp, shirt)
    assert [outcome["state"] for outcome in outcomes] == ["mapped"] * 3
    blue, green = shirt["variacoes"]
    assert await mappings(erp) == [
        (shirt["id"], "PLAT-CAM-001", ""),
        (blue["id"], "PLAT-CAM-001-AZ", "PLAT-CAM-001"),
        (green["id"], "PLAT-CAM-001-VD", "PLAT-CAM-001"),
    ]
    assert {each["urlProduto"] for each in await erp.door("GET", "worlds/loja/mappings")} == {"https://l/p/9"}


async def test_a_product_sent_again_brings_its_identifier_and_is_brought_up_to_date(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    await send(erp, mug)
    platform.reply = lambda m: [{"idMapeamento": m["dados"]["idMapeamento"], "skuMapeamento": "NEW"}]
    await send(erp, mug)
    assert [dados["skuMapeamento"] for dados in platform.dados] == ["", "PLAT-CAN-01"]
    assert len({dados["idMapeamento"] for dados in platform.dados}) == 1
    assert await mappings(erp) == [(mug["id"], "NEW", "")]


def with_product_id(message: dict) -> list[dict]:
    return [{"idMapeamento": message["dados"]["id"], "skuMapeamento": "PLAT-9"}]


def in_an_object(message: dict) -> dict:
    return {"mapeamentos": agree(message)}


def without_identifier(message: dict) -> list[dict]:
    return [{"idMapeamento": message["dados"]["idMapeamento"], "skuMapeamento": ""}]


@pytest.mark.parametrize(
    "reply",
    [with_product_id, in_an_object, without_identifier, lambda _: [3, None, "x"], lambda _: None, lambda _: "ok"],
)
async def test_an_answer_that_names_no_mapping_is_taken_and_ignored(erp, platform, reply):
    [mug] = await shop(erp, platform, MUG, reply=reply)
    [outcome] = await send(erp, mug)
    assert (outcome["state"], outcome["text"]) == ("ignored", "Produto não mapeado pelo integrador")
    assert await mappings(erp) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[", b"\xff\xfe"])
async def test_an_answer_that_is_no_json_is_ignored(erp, platform, body):
    [mug] = await shop(erp, platform, MUG, reply=None)
    platform.body = body
    assert [outcome["state"] for outcome in await send(erp, mug)] == ["ignored"]


@pytest.mark.parametrize("spell", [int, str])
async def test_ids_are_taken_as_numbers_and_as_texts(erp, platform, spell):
    [mug] = await shop(erp, platform, MUG)
    platform.reply = lambda m: [{"idMapeamento": spell(m["dados"]["idMapeamento"]), "skuMapeamento": 77}]
    assert [outcome["skuMapeamento"] for outcome in await send(erp, mug)] == ["77"]


async def test_an_element_with_an_error_is_refused_and_the_others_are_taken(erp, platform):
    def refuse_blue(message: dict) -> list[dict]:
        parent, blue, green = agree(message)
        return [green, {**blue, "error": "Categoria sem correspondência na loja"}, parent]

    [shirt] = await shop(erp, platform, SHIRT, reply=refuse_blue)
    outcomes = await send(erp, shirt)
    assert [outcome["state"] for outcome in outcomes] == ["mapped", "refused", "mapped"]
    assert outcomes[1]["text"] == "Categoria sem correspondência na loja"
    assert [sku for _, sku, _ in await mappings(erp)] == ["PLAT-CAM-001", "PLAT-CAM-001-VD"]


@pytest.mark.parametrize("status", [202, 400, 503])
async def test_anything_but_200_is_tried_twice_at_once_and_then_refused(erp, platform, status):
    [mug] = await shop(erp, platform, MUG)
    platform.statuses = [status] * 2
    [outcome] = await send(erp, mug)
    assert (outcome["state"], outcome["text"]) == ("refused", f"O integrador respondeu com HTTP {status}")
    assert len(platform.messages) == 2
    [delivery] = await erp.deliveries()
    assert (delivery["state"], len(delivery["attempts"])) == ("lost", 2)


async def test_a_second_attempt_that_is_confirmed_will_do(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    platform.statuses = [500]
    assert [outcome["state"] for outcome in await send(erp, mug)] == ["mapped"]
    shown = await erp.deliveries()
    assert [(each["status"], bool(each["answer"])) for each in shown[0]["attempts"]] == [(500, True), (200, True)]


async def test_nobody_there_is_a_refusal(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    await erp.door("PATCH", "worlds/loja", {"product_webhook_url": "http://127.0.0.1:9/x", "probe": False})
    assert [outcome["text"] for outcome in await send(erp, mug)] == ["O integrador não respondeu"]


async def test_a_batch_stops_at_a_refused_product_where_the_person_says_so(erp, platform):
    first, second = await shop(erp, platform, MUG, SHIRT)
    platform.statuses = [500] * 2
    outcomes = await send(erp, first, second, stop_on_refusal=True)
    assert [outcome["state"] for outcome in outcomes] == ["refused", "not_sent"]
    platform.statuses = [500] * 2
    outcomes = await send(erp, first, second)
    assert [outcome["state"] for outcome in outcomes] == ["refused", *["mapped"] * 3]


async def test_stock_is_told_of_what_was_taken_where_the_person_says_so(erp, platform):
    first, second = await shop(erp, platform, MUG, SHIRT, stock_webhook_url=platform.url)
    platform.reply = lambda m: agree(m) if m["tipo"] == "produto" else None
    await send(erp, first)
    await send(erp, second, update_stock=True)
    await erp.flush()
    told = [message["dados"] for message in platform.messages if message["tipo"] == "estoque"]
    assert [(each["sku"], each["saldo"]) for each in told] == [("CAM-001", 0), ("CAM-001-AZ", 15), ("CAM-001-VD", 12)]
    assert told[1]["skuMapeamentoPai"] == "PLAT-CAM-001"


async def test_a_variation_goes_with_its_parent_and_each_product_once(erp, platform):
    [shirt] = await shop(erp, platform, SHIRT)
    await send(erp, *shirt["variacoes"], shirt)
    assert [dados["codigo"] for dados in platform.dados] == ["CAM-001"]


async def test_a_product_comes_bare_where_the_world_says_so(erp, platform):
    [mug] = await shop(erp, platform, MUG, product_envelope=False)
    assert [outcome["state"] for outcome in await send(erp, mug)] == ["mapped"]
    [message] = platform.messages
    assert (message["codigo"], "dados" in message, "tipo" in message) == ("CAN-01", False, False)


@pytest.mark.parametrize(("envelope", "tipo"), [(True, ["produto"]), (False, None)])
async def test_in_the_form_dialect_a_product_is_in_dados(erp, platform, envelope, tipo):
    [mug] = await shop(erp, platform, MUG, reply=None, webhook_dialect="form", product_envelope=envelope)
    await send(erp, mug)
    form = parse_qs(platform.requests[0].body.decode())
    assert (form.get("tipo"), orjson.loads(form["dados"][0])["codigo"]) == (tipo, "CAN-01")


async def test_the_person_waits_for_the_answer(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    platform.gate = asyncio.Event()
    sending = asyncio.create_task(send(erp, mug))
    await asyncio.wait_for(platform.came.wait(), 10)
    await asyncio.sleep(0.05)
    assert not sending.done()
    platform.gate.set()
    assert [outcome["state"] for outcome in await sending] == ["mapped"]


async def test_results_can_be_seen_again(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    outcomes = await send(erp, mug, stop_on_refusal=True)
    [kept] = (await erp.door("GET", "worlds/loja/sendings"))["sendings"]
    assert (kept["outcomes"], kept["stop_on_refusal"], kept["update_stock"]) == (outcomes, True, False)


@pytest.mark.parametrize(
    ("what", "received", "state"),
    [("drop", 0, "refused"), ("duplicate", 2, "mapped"), ("answer_lost", 2, "mapped")],
)
async def test_faults_of_a_product_can_be_ordered(erp, platform, what, received, state):
    [mug] = await shop(erp, platform, MUG)
    await erp.door("POST", "worlds/loja/faults", {"call": "webhook:produto", "what": what})
    assert [outcome["state"] for outcome in await send(erp, mug)] == [state]
    assert len(platform.messages) == received


async def test_a_late_product_keeps_the_person_waiting(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    fault = {"call": "webhook:produto", "what": "late", "with": {"seconds": 90}}
    await erp.door("POST", "worlds/loja/faults", fault)
    sending = asyncio.create_task(send(erp, mug))
    held: list[dict] = []
    while not held:
        held = await erp.journal(kind="webhook_disturbed")
    assert platform.messages == []
    await erp.advance(90)
    assert [outcome["state"] for outcome in await sending] == ["mapped"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"products": []},
        {"products": ["x"]},
        {"products": [700000001], "update_stock": "yes"},
        {"products": [700000001], "idEcommerce": 5},
        {"products": [700000001], "colour": "red"},
        {"products": 7},
    ],
)
async def test_a_sending_that_makes_no_sense_is_explained(erp, platform, document):
    await shop(erp, platform, MUG)
    status, said = await erp.door_status("POST", "worlds/loja/sendings", document)
    assert (status, bool(said["error"]), platform.messages) == (400, True, [])


async def test_without_an_address_and_for_a_deleted_product_nothing_is_sent(erp, platform):
    [mug] = await shop(erp, platform, MUG)
    await erp.door("DELETE", f"worlds/loja/products/{mug['id']}")
    assert (await erp.door_status("POST", "worlds/loja/sendings", {"products": [mug["id"]]}))[0] == 400
    other = await erp.door("POST", "worlds/loja/products", {"nome": "Prato"})
    await erp.door("PATCH", "worlds/loja", {"product_webhook_url": ""})
    assert (await erp.door_status("POST", "worlds/loja/sendings", {"products": [other["id"]]}))[0] == 400
    assert (platform.messages, (await erp.door("GET", "worlds/loja/sendings"))["total"]) == ([], 0)


async def test_seeded_products_of_every_kind_are_sent_in_every_mood(erp, platform):
    await erp.world(product_webhook_url=platform.url, products=25, moods=True)
    platform.reply = agree
    products = await erp.products()
    outcomes = await send(erp, *products)
    assert {outcome["state"] for outcome in outcomes} == {"mapped"}
    assert {type(dados["id"]) for dados in platform.dados} == {int, str}


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_nothing_is_sent_or_mapped_that_would_not_be_on_record(erp, platform, limit):
    [mug] = await shop(erp, platform, MUG, journal_limit=limit)
    assert (await erp.door_status("POST", "worlds/loja/sendings", {"products": [mug["id"]]}))[0] == 409
    assert len(platform.messages) == max(0, limit - 2)
    assert await mappings(erp) == []
    assert (await erp.door("GET", "worlds/loja/deliveries?state=waiting"))["total"] == 0
