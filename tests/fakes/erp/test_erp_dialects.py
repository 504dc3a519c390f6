"""The ways of sending a call (contract, transport §2.1 and §2.2)."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree

import aiohttp
import pytest


@pytest.fixture
async def params(erp):
    await erp.world(products=3)
    world = await erp.door("GET", "worlds/loja")
    product = (await erp.products())[0]
    return {"token": world["token"], "formato": "json", "id": str(product["id"])}


async def test_a_post_form_is_answered(erp, params):
    reply = await erp.send("POST", "produto.obter.php", data=params)
    assert reply.retorno["status"] == "OK"
    assert (await erp.journal())[-1]["dialect"] == "form"


async def test_a_get_query_is_answered(erp, params):
    reply = await erp.send("GET", "produto.obter.php", params=params)
    assert reply.retorno["status"] == "OK"
    assert (await erp.journal())[-1]["dialect"] == "query"


async def test_a_post_with_everything_in_the_query_is_answered(erp, params):
    reply = await erp.send("POST", "produto.obter.php", params=params)
    assert reply.retorno["status"] == "OK"


async def test_token_in_the_query_and_the_rest_in_the_form_is_answered(erp, params):
    query = {"token": params.pop("token"), "formato": params.pop("formato")}
    reply = await erp.send("POST", "produto.obter.php", params=query, data=params)
    assert reply.retorno["status"] == "OK"
    assert (await erp.journal())[-1]["dialect"] == "mixed"


async def test_multipart_is_answered(erp, params):
    with aiohttp.MultipartWriter("form-data") as parts:
        for name, value in params.items():
            parts.append(value).set_content_disposition("form-data", name=name)
    reply = await erp.send("POST", "produto.obter.php", data=parts)
    assert reply.retorno["status"] == "OK"
    assert (await erp.journal())[-1]["dialect"] == "multipart"


async def test_a_json_body_is_ignored(erp, params):
    reply = await erp.send("POST", "produto.obter.php", json=params)
    assert reply.status == 200
    assert b"<codigo_erro>1</codigo_erro>" in reply.body


async def test_a_json_body_beside_a_token_in_the_query_lacks_its_parameters(erp, params):
    query = {"token": params["token"], "formato": "json"}
    reply = await erp.send("POST", "produto.obter.php", params=query, json={"id": params["id"]})
    assert reply.code == 10


@pytest.mark.parametrize("formato", ["json", "JSON", "Json"])
async def test_formato_is_taken_in_any_case(erp, params, formato):
    reply = await erp.send("POST", "produto.obter.php", data={**params, "formato": formato})
    assert reply.retorno["status"] == "OK"


@pytest.mark.parametrize("formato", [None, "xml", "XML"])
async def test_without_formato_the_answer_is_xml_with_the_same_names(erp, params, formato):
    del params["formato"]
    reply = await erp.send("POST", "produto.obter.php", data={**params, **({"formato": formato} if formato else {})})
    root = ElementTree.fromstring(reply.body)
    assert root.tag == "retorno"
    assert root.findtext("produto/id") == params["id"]


async def test_a_listing_in_xml_has_every_row(erp, params):
    reply = await erp.send("GET", "produtos.pesquisa.php", params={"token": params["token"]})
    rows = ElementTree.fromstring(reply.body).findall("produtos/produto")
    json_rows = (await erp.call("produtos.pesquisa.php", params["token"])).retorno["produtos"]
    assert [row.findtext("id") for row in rows] == [str(row["produto"]["id"]) for row in json_rows]


async def test_a_raw_ampersand_cuts_a_value_and_a_raw_plus_is_a_blank(erp, params):
    body = urlencode(params) + "&pesquisa=a+b&c=d"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    await erp.send("POST", "produto.obter.php", data=body, headers=headers)
    entry = (await erp.journal())[-1]
    assert entry["params"]["pesquisa"] == "a b"
    assert entry["ignored"] == ["pesquisa", "c"]


async def test_json_answers_escape_slashes_and_letters_beyond_ascii(erp, params):
    reply = await erp.call("produto.obter.php", params["token"], id=params["id"])
    assert reply.body.isascii()
    assert b"https:\\/\\/" in reply.body


@pytest.mark.parametrize("service", ["produto.obter", "produto.obter.estoque"])
async def test_two_services_are_answered_without_php(erp, params, service):
    assert (await erp.call(service, params["token"], id=params["id"])).retorno["status"] == "OK"


@pytest.mark.parametrize(
    "service", ["info", "produtos.pesquisa", "produto.pesquisa.php", "info.obter.php", "produto.estoque.php", ""]
)
async def test_an_unknown_service_is_a_plain_404(erp, params, service):
    reply = await erp.call(service, params["token"])
    assert (reply.status, reply.body) == (404, b"File not found")
    assert len(await erp.journal(kind="not_found")) == 1
