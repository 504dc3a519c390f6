"""Including and changing products, their stock and prices, through bare HTTP."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

TOKEN = "token-da-loja"
DEVELOPER = {"Developer-Id": "dev"}
MUG = {
    "sequencia": 1,
    "nome": "Caneca Azul",
    "codigo": "CAN-1",
    "unidade": "UN",
    "preco": "29.90",
    "origem": "0",
    "situacao": "A",
    "tipo": "P",
    "classe_produto": "S",
}


@pytest.fixture(autouse=True)
async def _world(erp: Any) -> None:
    await erp.world(token=TOKEN)


async def _write(erp: Any, verb: str, *products: dict[str, Any], headers: Any = None) -> list[dict[str, Any]]:
    """What became of each record. A minute passes before, as batch calls are few."""
    await erp.advance(61)
    document = orjson.dumps({"produtos": [{"produto": each} for each in products]}).decode()
    retorno = (await erp.call(f"produto.{verb}.php", TOKEN, produto=document, headers=headers)).retorno
    return [entry["registro"] for entry in retorno["registros"]]


async def _include(erp: Any, headers: Any = None, **changed: Any) -> int:
    sent = {name: value for name, value in {**MUG, **changed}.items() if value is not None}
    [record] = await _write(erp, "incluir", sent, headers=headers)
    assert record["status"] == "OK", record
    return int(record["id"])


async def _read(erp: Any, product: int, headers: Any = None) -> dict[str, Any]:
    answer = await erp.call("produto.obter.php", TOKEN, id=product, headers=headers)
    shown: dict[str, Any] = answer.retorno["produto"]
    return shown


def _texts(record: dict[str, Any]) -> list[str]:
    return [each["erro"] for each in record["erros"]]


async def test_an_included_product_is_read_back_with_its_opening_balance(erp: Any) -> None:
    seo = {"seo_title": "Caneca", "slug": "caneca-azul"}
    product = await _include(erp, altura_embalagem="5", peso_bruto=0.3, estoque_atual="8", seo=seo)
    shown = await _read(erp, product)
    assert (shown["nome"], shown["alturaEmbalagem"], shown["peso_bruto"]) == ("Caneca Azul", "5.00", "0.300")
    assert (shown["seo_title"], shown["slug"]) == ("Caneca", "caneca-azul")
    assert (await erp.call("produto.obter.estoque.php", TOKEN, id=product)).retorno["produto"]["saldo"] == 8


async def test_every_fault_of_a_record_is_reported_at_once(erp: Any) -> None:
    [record] = await _write(erp, "incluir", {"nome": "x" * 121, "preco": "caro", "tipo_embalagem": "0"})
    assert record["codigo_erro"] == "31"
    told = _texts(record)
    assert "O número de sequência deve ser informado" in told
    assert "O tipo de embalagem 0 é inválido" in told
    for name in ("unidade", "origem", "situacao", "tipo"):
        assert f"O campo {name} do produto deve ser informado" in told
    assert any("campo nome é inválido" in text for text in told) and any("preco é inválido" in text for text in told)


async def test_a_parent_comes_with_its_variations(erp: Any) -> None:
    variations = [
        {"variacao": {"codigo": f"CAN-1-{size}", "preco": "31", "estoque_atual": 4, "grade": {"Tamanho": size}}}
        for size in "PM"
    ]
    product = await _include(erp, classe_produto="V", variacoes=variations)
    shown = await _read(erp, product)
    assert shown["tipoVariacao"] == "P"
    assert [each["variacao"]["grade"] for each in shown["variacoes"]] == [{"Tamanho": "P"}, {"Tamanho": "M"}]
    child = shown["variacoes"][0]["variacao"]["id"]
    assert (await _read(erp, child))["nome"] == "Caneca Azul - P"
    assert (await erp.call("produto.obter.estoque.php", TOKEN, id=child)).retorno["produto"]["saldo"] == 4


@pytest.mark.parametrize("unique", [True, False])
async def test_a_repeated_code_is_code_30_where_codes_are_unique(erp: Any, unique: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"unique_codes": unique})
    await _include(erp)
    [record] = await _write(erp, "incluir", MUG)
    assert record.get("codigo_erro") == ("30" if unique else None)
    [record] = await _write(erp, "alterar", {**MUG, "nome": "Outra"})
    assert record.get("codigo_erro") == (None if unique else "33")


@pytest.mark.parametrize("keeps", [True, False])
async def test_what_is_not_sent_is_reset_unless_the_world_says_otherwise(erp: Any, keeps: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"alter_keeps_unsent": keeps})
    product = await _include(erp, peso_bruto="0.300", marca="Azulejo", localizacao="A-1")
    await _write(erp, "alterar", {**MUG, "id": product, "nome": "Caneca Verde"})
    shown = await _read(erp, product)
    assert shown["nome"] == "Caneca Verde"
    assert (shown["peso_bruto"], shown["marca"]) == (("0.300", "Azulejo") if keeps else ("0.000", ""))


async def test_variations_and_tags_survive_a_change(erp: Any) -> None:
    group = await erp.door("POST", "worlds/loja/tag-groups", {"nome": "Estação"})
    tag = await erp.door("POST", "worlds/loja/tags", {"nome": "Verão", "id_grupo": group["id"]})
    variation = {"variacao": {"codigo": "CAN-1-P", "grade": {"Tamanho": "P"}}}
    product = await _include(erp, variacoes=[variation], tags=[tag["id"]])
    await _write(erp, "alterar", {**MUG, "id": product})
    assert len((await _read(erp, product))["variacoes"]) == 1
    tags = (await erp.call("produto.obter.tags", TOKEN, id=product)).retorno["produto"]["tags"]
    assert tags == [{"tag": {"id_tag": tag["id"], "nome_tag": "Verão"}}]


async def test_a_variation_is_changed_by_its_own_id_or_through_its_parent(erp: Any) -> None:
    product = await _include(erp, variacoes=[{"variacao": {"codigo": "CAN-1-P", "grade": {"Tamanho": "P"}}}])
    child = (await _read(erp, product))["variacoes"][0]["variacao"]["id"]
    await _write(erp, "alterar", {**MUG, "id": product, "variacoes": [{"variacao": {"id": child, "preco": "35"}}]})
    assert (await _read(erp, child))["preco"] == "35.00"
    sent = {**MUG, "id": child, "codigo": "CAN-1-P", "nome": "Ignorado", "grade": {"Tamanho": "PP"}}
    await _write(erp, "alterar", sent)
    assert (await _read(erp, child))["nome"] == "Caneca Azul - PP"


async def test_mappings_need_a_developer_and_an_empty_list_deletes_them(erp: Any) -> None:
    mapping = [{"mapeamento": {"idEcommerce": 8123, "skuMapeamento": "PLAT-9"}}]
    product = await _include(erp, mapeamentos=mapping)
    assert (await _read(erp, product, DEVELOPER))["mapeamentos"] == []
    await _write(erp, "alterar", {**MUG, "id": product, "mapeamentos": mapping}, headers=DEVELOPER)
    [shown] = (await _read(erp, product, DEVELOPER))["mapeamentos"]
    assert shown["mapeamento"]["skuMapeamento"] == "PLAT-9"
    await _write(erp, "alterar", {**MUG, "id": product}, headers=DEVELOPER)
    assert (await _read(erp, product, DEVELOPER))["mapeamentos"] == [shown]
    await _write(erp, "alterar", {**MUG, "id": product, "mapeamentos": mapping}, headers=DEVELOPER)
    [again] = (await _read(erp, product, DEVELOPER))["mapeamentos"]
    assert int(again["mapeamento"]["idMapeamento"]) == int(shown["mapeamento"]["idMapeamento"]) + 1
    await _write(erp, "alterar", {**MUG, "id": product, "mapeamentos": []}, headers=DEVELOPER)
    assert (await _read(erp, product, DEVELOPER))["mapeamentos"] == []


@pytest.mark.parametrize("images", [["https://x.example/a.jpg"], [{"anexo": "https://x.example/hosted.jpg"}]])
async def test_images_sent_back_as_they_are_hosted_or_unwrapped_are_code_35(erp: Any, images: list[Any]) -> None:
    product = await _include(erp, anexos=[{"anexo": "https://x.example/hosted.jpg"}])
    [record] = await _write(erp, "alterar", {**MUG, "id": product, "anexos": images})
    assert record["codigo_erro"] == "35"


@pytest.mark.parametrize("installed", [True, False])
async def test_a_promotional_price_needs_the_extension(erp: Any, installed: bool) -> None:
    names = ["token_api", *(["preco_promocional"] if installed else [])]
    await erp.door("PATCH", "worlds/loja", {"extensions": names})
    product = await _include(erp, preco_promocional="19.90")
    assert (await _read(erp, product))["preco_promocional"] == ("19.90" if installed else "0.00")


async def test_cest_is_derived_where_ncm_is_sent(erp: Any) -> None:
    product = await _include(erp, ncm="6109.10.00", cest="99.999.99")
    assert (await _read(erp, product))["cest"] == "61.091.00"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"id_fornecedor": 5}, "O fornecedor 5 não foi localizado"),
        ({"tags": [5]}, "A tag 5 não foi localizada"),
        ({"estrutura": [{"item": {"codigo": "NADA", "quantidade": 1}}]}, "O componente não foi localizado"),
        ({"variacoes": [{"variacao": {"codigo": "X"}}]}, "A variação deve ter a sua grade"),
        ({"estoque_atual": "muito"}, "O valor muito do campo estoque_atual é inválido"),
        ({"classe_produto": "Z"}, "O valor Z do campo classe_produto é inválido"),
    ],
)
async def test_what_makes_no_sense_is_code_31(erp: Any, changed: dict[str, Any], told: str) -> None:
    [record] = await _write(erp, "incluir", {**MUG, **changed})
    assert (record["codigo_erro"], _texts(record)) == ("31", [told])
    assert await erp.products() == []


async def test_an_unknown_product_is_code_32_in_its_record(erp: Any) -> None:
    [by_id, by_code] = await _write(erp, "alterar", {**MUG, "id": 5}, {**MUG, "sequencia": 2, "codigo": "NADA"})
    assert (by_id["codigo_erro"], by_code["codigo_erro"]) == ("32", "32")


async def test_a_structure_is_read_by_its_own_service(erp: Any) -> None:
    part = await _include(erp, codigo="CAFE-250", nome="Café 250 g")
    basket = await _include(
        erp,
        codigo="CES-1",
        classe_produto="F",
        estrutura=[{"item": {"codigo": "CAFE-250", "descricao": "Café", "quantidade": "2"}}],
        etapas=[{"etapa": {"nome": "Embalar"}}],
    )
    shown = (await erp.call("produto.obter.estrutura.php", TOKEN, id=basket)).retorno["produto"]
    assert shown["estrutura"] == [
        {"item": {"id_componente": part, "codigo": "CAFE-250", "nome": "Café 250 g", "quantidade": "2.00"}}
    ]
    assert (await erp.call("produto.obter.estrutura.php", TOKEN, id=5)).code == 32


async def _move(erp: Any, **movement: Any) -> Any:
    return await erp.call("produto.atualizar.estoque.php", TOKEN, estoque=orjson.dumps({"estoque": movement}).decode())


async def test_stock_is_set_added_and_taken(erp: Any) -> None:
    product = await _include(erp)
    balances = []
    for kind, amount in (("B", 15), ("E", "2.5"), ("S", 20), (None, 7)):
        answer = await _move(erp, idProduto=product, tipo=kind, quantidade=amount)
        balances.append(answer.retorno["registros"]["registro"]["saldoEstoque"])
    assert balances == [15, 17.5, -2.5, 7]


async def test_a_count_that_changes_nothing_writes_no_movement(erp: Any) -> None:
    product = await _include(erp, estoque_atual=3)
    same = (await _move(erp, idProduto=product, quantidade=3)).retorno["registros"]["registro"]
    other = (await _move(erp, idProduto=product, quantidade=4)).retorno["registros"]["registro"]
    assert (same["registroCriado"], other["registroCriado"]) == (False, True)
    assert other["id"] > 820_000_000


async def test_a_movement_has_a_depot_a_date_and_a_note(erp: Any) -> None:
    product = await _include(erp)
    sent = {"idProduto": product, "quantidade": 3, "deposito": "Avarias", "data": "2026-08-01 08:00:00"}
    await _move(erp, **sent, observacoes="contagem", precoUnitario="2.50")
    movement = erp.fake.worlds.get("loja").movements[-1]
    assert (movement.note, movement.at.isoformat()) == ("contagem", "2026-08-01T08:00:00-03:00")
    depots = (await erp.call("produto.obter.estoque.php", TOKEN, id=product)).retorno["produto"]["depositos"]
    assert [each["deposito"]["saldo"] for each in depots] == [0, 3]


@pytest.mark.parametrize(
    ("changed", "code", "told"),
    [
        ({"idProduto": 5}, "32", "Produto não localizado"),
        ({"quantidade": None}, "31", "A quantidade deve ser informada"),
        ({"quantidade": "x"}, "31", "O valor x do campo quantidade é inválido"),
        ({"tipo": "X"}, "31", "O tipo X é inválido"),
        ({"deposito": "Lua"}, "31", "O depósito Lua não foi localizado"),
        ({"data": "01/08/2026"}, "31", "A data 01/08/2026 do campo data é inválida"),
    ],
)
async def test_a_movement_that_makes_no_sense_is_refused(
    erp: Any, changed: dict[str, Any], code: str, told: str
) -> None:
    product = await _include(erp)
    [entry] = (await _move(erp, **{"idProduto": product, "quantidade": 1, **changed})).retorno["registros"]
    assert (entry["registro"]["codigo_erro"], _texts(entry["registro"])) == (code, [told])


@pytest.mark.parametrize("refused", [True, False])
async def test_an_update_without_content_is_ok_with_nothing_in_it(erp: Any, refused: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"empty_update_is_31": refused})
    answer = await _move(erp)
    if refused:
        assert answer.retorno["registros"][0]["registro"]["status"] == "Erro"
    else:
        assert (answer.retorno["status"], answer.retorno["registros"]) == ("OK", [])
    assert (await erp.call("produto.atualizar.estoque.php", TOKEN, estoque='{"idProduto":1}')).code == 3


async def test_a_movement_through_the_api_is_told_to_the_platform(erp: Any, platform: Any) -> None:
    await erp.door("PATCH", "worlds/loja", {"stock_webhook_url": platform.url, "probe": False})
    product = await _include(erp)
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product, "skuMapeamento": "PLAT-9"})
    await _move(erp, idProduto=product, quantidade=15)
    await erp.flush()
    assert [each["saldo"] for each in platform.dados] == [15]


async def _price(erp: Any, *prices: dict[str, Any]) -> Any:
    body = orjson.dumps({"precos": list(prices)})
    headers = {"Content-Type": "application/json"}
    address = f"produto.atualizar.precos.php?token={TOKEN}"
    return (await erp.send("POST", address, data=body, headers=headers)).retorno


async def test_prices_come_in_a_json_body_and_one_refusal_is_partial(erp: Any, platform: Any) -> None:
    await erp.door("PATCH", "worlds/loja", {"price_webhook_url": platform.url, "probe": False})
    product = await _include(erp)
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product, "skuMapeamento": "PLAT-9"})
    answer = await _price(erp, {"id": product, "preco": 64.9, "preco_promocional": 59.9}, {"id": 999, "preco": 10})
    assert (answer["status_processamento"], answer["status"]) == (4, "Parcial")
    good, bad = [entry["registro"] for entry in answer["registros"]]
    assert (good["preco"], good["preco_promocional"]) == ("64.90", "59.90")
    assert (bad["codigo_erro"], bad["erros"][0]["campo"]) == ("32", "id")
    await erp.flush()
    assert [each["preco"] for each in platform.dados] == ["64.90"]
    answer = await _price(erp, {"id": product, "preco": "caro"})
    assert answer["registros"][0]["registro"]["codigo_erro"] == "31"


async def test_prices_are_answered_in_json_unless_xml_is_asked_for(erp: Any) -> None:
    sent = {"data": b'{"precos":[{"id":999,"preco":1}]}', "headers": {"Content-Type": "application/json"}}
    unknown = await erp.send("POST", "produto.atualizar.precos.php?token=errado", **sent)
    assert unknown.code == 2
    as_xml = await erp.send("POST", f"produto.atualizar.precos.php?token={TOKEN}&formato=xml", **sent)
    assert as_xml.body.startswith(b"<?xml")


async def test_prices_may_come_in_the_field_data(erp: Any) -> None:
    product = await _include(erp)
    sent = orjson.dumps({"precos": [{"id": product, "preco": "1.5"}]}).decode()
    assert (await erp.call("produto.atualizar.precos.php", TOKEN, data=sent)).retorno["status"] == "OK"
    assert (await _read(erp, product))["preco"] == "1.5" + "0"
    assert (await erp.call("produto.atualizar.precos.php", TOKEN)).code == 10
    assert (await erp.call("produto.atualizar.precos.php", TOKEN, data="{}")).code == 3
