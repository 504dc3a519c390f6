"""Tags, price lists, the category tree, the queues of changes and the point-of-sale search."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

TOKEN = "token-da-loja"
TODAY = "03/08/2026"


@pytest.fixture(autouse=True)
async def _world(erp: Any) -> None:
    await erp.world(token=TOKEN, products=3, variations_share=0)


async def _batch(erp: Any, service: str, parameter: str, plural: str, wrapper: str, *records: dict[str, Any]) -> Any:
    await erp.advance(61)
    document = orjson.dumps({plural: [{wrapper: each} for each in records]}).decode()
    retorno = (await erp.call(service, TOKEN, **{parameter: document})).retorno
    return [entry["registro"] for entry in retorno["registros"]]


async def _groups(erp: Any, verb: str, *records: dict[str, Any]) -> Any:
    return await _batch(erp, f"grupo.tag.{verb}.php", "grupo", "grupos_tag", "grupo_tag", *records)


async def _tags(erp: Any, verb: str, *records: dict[str, Any]) -> Any:
    return await _batch(erp, f"tag.{verb}.php", "tag", "tags", "tag", *records)


async def test_groups_and_tags_are_made_changed_and_found(erp: Any) -> None:
    [group] = await _groups(erp, "incluir", {"sequencia": 1, "nome": "Estação"})
    first, second = await _tags(
        erp,
        "incluir",
        {"sequencia": 1, "nome": "Verão", "id_grupo": group["id"]},
        {"sequencia": 2, "nome": "Inverno", "id_grupo": group["id"]},
    )
    await _tags(erp, "alterar", {"sequencia": 1, "id": second["id"], "nome": "Outono", "id_grupo": group["id"]})
    await _groups(erp, "alterar", {"sequencia": 1, "id": group["id"], "nome": "Época"})
    found = (await erp.call("tag.pesquisa.php", TOKEN, idGrupo=group["id"])).retorno["registros"]
    assert [(each["registro"]["nome"], each["registro"]["grupo"]) for each in found] == [
        ("Verão", "Época"),
        ("Outono", "Época"),
    ]
    found = (await erp.call("tag.pesquisa.php", TOKEN, pesquisa="ver")).retorno["registros"]
    assert [each["registro"]["id"] for each in found] == [first["id"]]
    found = (await erp.call("grupo.tag.pesquisa.php", TOKEN, pesquisa="época")).retorno["registros"]
    assert found == [{"registro": {"id": group["id"], "nome": "Época"}}]


async def test_a_repeated_name_is_a_duplicate(erp: Any) -> None:
    [group] = await _groups(erp, "incluir", {"sequencia": 1, "nome": "Estação"})
    [again] = await _groups(erp, "incluir", {"sequencia": 1, "nome": "estação"})
    assert (again["codigo_erro"], again["erros"][0]["erro"]) == ("30", "Registro em duplicidade")
    tag = {"sequencia": 1, "nome": "Verão", "id_grupo": group["id"]}
    await _tags(erp, "incluir", tag)
    [again] = await _tags(erp, "incluir", tag)
    assert again["codigo_erro"] == "30"


@pytest.mark.parametrize(
    ("record", "code", "told"),
    [
        ({"sequencia": 1, "id_grupo": 4}, "31", "O nome deve ser informado"),
        ({"nome": "x", "id_grupo": 4}, "31", "O número de sequência deve ser informado"),
        ({"sequencia": 1, "nome": "x" * 51, "id_grupo": 4}, "31", "O campo nome deve ter no máximo 50 caracteres"),
        ({"sequencia": 1, "nome": "x", "id_grupo": 9}, "31", "O grupo da tag não foi localizado"),
    ],
)
async def test_a_tag_that_makes_no_sense_is_refused(erp: Any, record: dict[str, Any], code: str, told: str) -> None:
    await _groups(erp, "incluir", {"sequencia": 1, "nome": "Estação"})
    [refused] = await _tags(erp, "incluir", record)
    assert (refused["codigo_erro"], refused["erros"][0]["erro"]) == (code, told)


async def test_unknown_tags_and_groups_are_code_32_and_a_search_needs_a_filter(erp: Any) -> None:
    [tag] = await _tags(erp, "alterar", {"sequencia": 1, "id": 5, "nome": "x", "id_grupo": 4})
    [group] = await _groups(erp, "alterar", {"sequencia": 1, "id": 5, "nome": "x"})
    assert (tag["codigo_erro"], group["codigo_erro"]) == ("32", "32")
    assert (await erp.call("tag.pesquisa.php", TOKEN)).code == 10
    assert (await erp.call("grupo.tag.pesquisa.php", TOKEN)).code == 10
    assert (await erp.call("tag.pesquisa.php", TOKEN, pesquisa="x")).code == 20
    assert (await erp.call("produto.obter.tags", TOKEN, id=5)).code == 32


async def test_products_are_found_by_their_tag(erp: Any) -> None:
    group = await erp.door("POST", "worlds/loja/tag-groups", {"nome": "Estação"})
    tag = await erp.door("POST", "worlds/loja/tags", {"nome": "Verão", "id_grupo": group["id"]})
    product = (await erp.products())[1]["id"]
    await erp.door("PATCH", f"worlds/loja/products/{product}", {"tags": [tag["id"]]})
    found = (await erp.call("produtos.pesquisa.php", TOKEN, idTag=tag["id"])).retorno["produtos"]
    assert [each["produto"]["id"] for each in found] == [product]
    assert (await erp.call("produtos.pesquisa.php", TOKEN, idTag=5)).code == 20


async def test_a_price_list_prices_by_exception_else_by_percentage(erp: Any) -> None:
    first, second, _ = await erp.products()
    made = await erp.door("POST", "worlds/loja/price-lists", {"descricao": "Atacado", "acrescimo_desconto": "-5"})
    exception = {"idProduto": first["id"], "preco": "49.90"}
    await erp.door("POST", f"worlds/loja/price-lists/{made['id']}/exceptions", exception)
    await erp.door("PATCH", f"worlds/loja/products/{second['id']}", {"preco": "10.10"})
    listed = (await erp.call("listas.precos.pesquisa.php", TOKEN)).retorno["registros"]
    assert listed == [{"registro": {"id": made["id"], "descricao": "Atacado", "acrescimo_desconto": -5}}]
    answer = await erp.call("listas.precos.excecoes.php", TOKEN, idListaPreco=made["id"], idProduto=first["id"])
    assert [each["registro"]["preco"] for each in answer.retorno["registros"]] == [49.9]
    other = await erp.call("listas.precos.excecoes.php", TOKEN, idListaPreco=made["id"], idProduto=second["id"])
    assert other.code == 20
    rows = (await erp.call("produtos.pesquisa.php", TOKEN, idListaPreco=made["id"])).retorno["produtos"]
    # 10.10 × 0.95 = 9.595, half a cent goes up.
    assert [each["produto"]["preco"] for each in rows[:2]] == ["49.90", "9.60"]
    rows = (await erp.call("produtos.pesquisa.php", TOKEN)).retorno["produtos"]
    assert rows[1]["produto"]["preco"] == "10.10"


async def test_an_order_names_its_price_list(erp: Any) -> None:
    made = await erp.door("POST", "worlds/loja/price-lists", {"descricao": "Atacado", "acrescimo_desconto": "-5"})
    for number, told in ((made["id"], "Atacado"), (5, "")):
        order = await erp.inserted(TOKEN, id_lista_preco=number)
        read = (await erp.call("pedido.obter.php", TOKEN, id=order)).retorno["pedido"]
        assert (read["id_lista_preco"], read["descricao_lista_preco"]) == (number, told)
        assert read["ecommerce"]["canalVenda"] == ""


async def test_an_unknown_price_list_is_refused(erp: Any) -> None:
    assert (await erp.call("produtos.pesquisa.php", TOKEN, idListaPreco=5)).code == 31
    assert (await erp.call("listas.precos.excecoes.php", TOKEN)).code == 10
    assert (await erp.call("listas.precos.excecoes.php", TOKEN, idListaPreco=5)).code == 20


async def test_the_category_tree_is_an_array_and_json_by_default(erp: Any) -> None:
    first, second, third = await erp.products()
    for product, path in ((first, "Casa >> Canecas"), (second, "Casa >> Pratos"), (third, "Jardim")):
        await erp.door("PATCH", f"worlds/loja/products/{product['id']}", {"categoria": path})
    answer = await erp.send("POST", "produtos.categorias.arvore.php", data={"token": TOKEN})
    house, garden = orjson.loads(answer.body)["retorno"]
    assert (house["descricao"], [each["descricao"] for each in house["nodes"]]) == ("Casa", ["Canecas", "Pratos"])
    assert garden["nodes"] == [] and garden["id"].isdigit()
    wrong = await erp.send("POST", "produtos.categorias.arvore.php", data={"token": "errado"})
    assert orjson.loads(wrong.body)["retorno"]["codigo_erro"] == 2
    as_xml = await erp.send("POST", "produtos.categorias.arvore.php", data={"token": TOKEN, "formato": "xml"})
    assert as_xml.body.startswith(b"<?xml")


async def _queue(erp: Any, name: str, **params: Any) -> list[int]:
    answer = await erp.call(f"lista.atualizacoes.{name}", TOKEN, **{"dataAlteracao": TODAY, **params})
    return [each["produto"]["id"] for each in answer.retorno.get("produtos", [])]


async def _touch(erp: Any) -> list[int]:
    """Change price and stock of every product; their ids."""
    ids = [each["id"] for each in await erp.products()]
    for product in ids:
        await erp.door("PATCH", f"worlds/loja/products/{product}", {"preco": "5.00"})
        await erp.door("POST", "worlds/loja/stock", {"idProduto": product, "quantidade": 7})
    return ids


async def test_reading_the_queue_of_products_erases_it(erp: Any) -> None:
    ids = await _touch(erp)
    assert await _queue(erp, "produtos") == ids
    assert (await erp.call("lista.atualizacoes.produtos.php", TOKEN, dataAlteracao=TODAY)).code == 20


async def test_a_lost_answer_is_a_lost_change(erp: Any) -> None:
    ids = await _touch(erp)
    fault = {"call": "lista.atualizacoes.estoque", "what": "answer_lost", "calls": 1}
    await erp.door("POST", "worlds/loja/faults", fault)
    with pytest.raises(Exception, match=r"(?i)disconnect"):
        await _queue(erp, "estoque")
    assert await _queue(erp, "estoque") == []
    await erp.door("POST", "worlds/loja/stock", {"idProduto": ids[0], "quantidade": 8})
    assert await _queue(erp, "estoque") == ids[:1]


async def test_a_row_of_changed_stock_has_its_depots(erp: Any) -> None:
    await _touch(erp)
    answer = (await erp.call("lista.atualizacoes.estoque", TOKEN, dataAlteracao=TODAY)).retorno
    row = answer["produtos"][0]["produto"]
    assert (row["saldo"], row["tipo_variacao"], row["data_alteracao"]) == (7, "N", f"{TODAY} 08:00:00")
    assert [each["deposito"]["nome"] for each in row["depositos"]] == ["Geral", "Avarias"]


async def test_only_what_changed_since_is_handed_out_and_the_rest_waits(erp: Any) -> None:
    ids = await _touch(erp)
    await erp.advance(3600)
    await erp.door("POST", "worlds/loja/stock", {"idProduto": ids[0], "quantidade": 9})
    assert await _queue(erp, "estoque", dataAlteracao=f"{TODAY} 08:30:00") == ids[:1]
    assert await _queue(erp, "estoque") == ids[1:]


async def test_page_two_after_page_one_skips_records(erp: Any) -> None:
    await erp.world("grande", products=150, variations_share=0, token="token-grande")
    products = (await erp.door("GET", "worlds/grande/products"))["products"]
    for product in products:
        await erp.door("PATCH", f"worlds/grande/products/{product['id']}", {"preco": "5.00"})
    first = (await erp.call("lista.atualizacoes.produtos", "token-grande", dataAlteracao=TODAY)).retorno
    assert (len(first["produtos"]), first["numero_paginas"]) == (100, 2)
    assert (await erp.call("lista.atualizacoes.produtos", "token-grande", dataAlteracao=TODAY, pagina=2)).code == 23
    rest = (await erp.call("lista.atualizacoes.produtos", "token-grande", dataAlteracao=TODAY)).retorno
    assert len(rest["produtos"]) == 50


@pytest.mark.parametrize("is_5", [True, False])
async def test_the_queues_need_their_extension_and_other_calls_go_on(erp: Any, is_5: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"extensions": ["token_api"], "missing_extension_is_5": is_5})
    assert (await erp.call("lista.atualizacoes.produtos", TOKEN, dataAlteracao=TODAY)).code == (5 if is_5 else 8)
    assert (await erp.call("info.php", TOKEN)).code is None


@pytest.mark.parametrize("is_10", [True, False])
async def test_the_queues_reach_thirty_days_back(erp: Any, is_10: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"too_old_is_10": is_10})
    answer = await erp.call("lista.atualizacoes.produtos", TOKEN, dataAlteracao="03/07/2026")
    assert answer.code == (10 if is_10 else 31)
    assert "Somente podem ser listados os registros dos últimos 30 dias" in str(answer.retorno["erros"])
    assert (await erp.call("lista.atualizacoes.produtos", TOKEN, dataAlteracao="05/07/2026")).code == 20
    assert (await erp.call("lista.atualizacoes.produtos", TOKEN, dataAlteracao="ontem")).code == 31
    assert (await erp.call("lista.atualizacoes.produtos", TOKEN)).code == 10


@pytest.mark.parametrize("forgets", [True, False])
async def test_sales_can_be_missing_from_the_list_of_stocks(erp: Any, forgets: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"stock_list_forgets_sales": forgets})
    product = (await erp.products())[0]
    line = {"codigo": product["codigo"], "descricao": "x", "unidade": "UN", "quantidade": "1", "valor_unitario": "1"}
    await erp.inserted(TOKEN, situacao="faturado", itens=[{"item": line}], parcelas=None)
    assert await _queue(erp, "estoque") == ([] if forgets else [product["id"]])


async def test_cash_registers_see_rows_without_a_wrapper(erp: Any) -> None:
    first, *_ = await erp.products()
    await erp.advance(86_400)
    await erp.door("PATCH", f"worlds/loja/products/{first['id']}", {"preco": "5.00"})
    rows = (await erp.call("pdv.produtos.php", TOKEN)).retorno["produtos"]
    assert len(rows) == 3 and rows[0]["descrição"] == first["nome"].strip()
    changed = (await erp.call("pdv.produtos.php", TOKEN, dataUltimaSincronizacao="04/08/2026")).retorno["produtos"]
    assert [each["id"] for each in changed] == [first["id"]]
    assert (await erp.call("pdv.produtos.php", TOKEN, situacao="X")).code == 31
    assert (await erp.call("pdv.produtos.php", TOKEN, dataUltimaSincronizacao="x")).code == 31


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("tags", {"nome": "x", "id_grupo": 5}, 404),
        ("tag-groups", {"nome": " "}, 400),
        ("price-lists", {"descricao": ""}, 400),
        ("price-lists/5/exceptions", {"idProduto": 1, "preco": 1}, 404),
    ],
)
async def test_the_door_explains_what_is_wrong(erp: Any, path: str, document: dict[str, Any], status: int) -> None:
    assert (await erp.door_status("POST", f"worlds/loja/{path}", document))[0] == status


async def test_the_door_shows_lists_tags_and_queues_without_erasing(erp: Any) -> None:
    ids = await _touch(erp)
    await erp.door("POST", "worlds/loja/price-lists", {"descricao": "Atacado"})
    await erp.door("POST", "worlds/loja/tag-groups", {"nome": "Estação"})
    assert [each["descricao"] for each in await erp.door("GET", "worlds/loja/price-lists")] == ["Atacado"]
    assert len((await erp.door("GET", "worlds/loja/tags"))["groups"]) == 1
    for _ in range(2):
        assert [each["idProduto"] for each in (await erp.door("GET", "worlds/loja/changes"))["stock"]] == ids
