"""What the fake answers and sends is what the schemas describe, in every mood, and what it is sent is too."""

from __future__ import annotations

from typing import Any

import pytest

import schemas
from fake_erp.evidence.player import Player
from fake_erp.evidence.replay import documented
from fake_erp.services import SERVICES
from fake_erp.settings import ACCOUNT_ADDRESSES, ADDRESSES, WEBHOOK_ADDRESSES
from scenarios.harness.clock import VIRTUAL_START

CONTENT = documented()
INTEGRATION_KINDS = {f"webhook.{tipo}" for tipo in WEBHOOK_ADDRESSES.values()}
ACCOUNT_KINDS = {f"webhook.conta.{tipo}" for tipo in ACCOUNT_ADDRESSES}


def schema_of(service: str) -> str:
    """The name of a service in the names of its schemas."""
    return service.removesuffix(".php").replace("/", ".")


def fits(name: str, reply) -> None:
    document = {"retorno": reply.retorno}
    assert schemas.problems(f"erp/{name}", document) == []


def refused(retorno: Any) -> bool:
    """Whether the whole call was refused, and no record of it was answered."""
    return (
        isinstance(retorno, dict) and str(retorno["status"]).lower().startswith("erro") and "registros" not in retorno
    )


async def at_work(erp, seed: int, moods: bool, name: str, **settings: Any) -> Player:
    """Somebody at an account in which the setup of the evidence was played."""
    world = await erp.world(name, seed=seed, moods=moods, plan="potencializar", products=0, **settings)
    player = Player(erp.session, erp.api, erp.door_address, name, world["token"])
    # Where time stands still.
    player.kept["today"] = VIRTUAL_START.strftime("%d/%m/%Y")
    for step in CONTENT["setup"]:
        await player.step(step)
    return player


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_answers_as_its_schemas_say(erp, service):
    entry = CONTENT["services"][service]
    for seed in range(5):
        player = await at_work(erp, seed, seed > 0, f"conta-{seed}")
        for step in entry.get("before", ()):
            await player.step(step)
        answer = await player.call(service, entry.get("send", {}), entry.get("body"), entry.get("headers"))
        assert schemas.problems(f"erp/{schema_of(service)}.answer", {"retorno": answer}) == []
        for case in entry["refused"]:
            retorno = await player.call(service, case.get("send", {}), case.get("body"))
            name = "erro.answer" if refused(retorno) else f"{schema_of(service)}.answer"
            assert schemas.problems(f"erp/{name}", {"retorno": retorno}) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_documented_request_fits_its_schema_and_is_understood_whole(erp, service):
    entry = CONTENT["services"][service]
    player = await at_work(erp, 1, True, "loja")
    for step in entry.get("before", ()):
        await player.step(step)
    form = {"token": player.token, "formato": "json", **player.as_form(entry.get("send", {}))}
    assert schemas.problems(f"erp/{schema_of(service)}.request", form) == []
    await player.call(service, entry.get("send", {}), entry.get("body"))
    assert (await erp.journal())[-1]["ignored"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_request_schema_names_the_parameters_that_the_service_reads(service):
    names = set(schemas.load(f"erp/{schema_of(service)}.request")["properties"])
    # The header's name is read as a parameter too, which one client relies on; nobody should begin to.
    assert names - {"token", "formato"} == SERVICES[service].params - {"Developer-Id"}


@pytest.mark.parametrize("moods", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_product_fits_its_schema(erp, moods, seed):
    world = await erp.world(seed=seed, products=40, moods=moods, plan="potencializar")
    token = world["token"]
    fits("produtos.pesquisa.answer", await erp.call("produtos.pesquisa.php", token))
    for product in await erp.products():
        record = (product["variacoes"] or [product])[-1]
        await erp.door("POST", "worlds/loja/mappings", {"idProduto": record["id"], "skuMapeamento": "PLAT-1"})
        await erp.advance(2)
        header = {"Developer-Id": "integrador"}
        fits("produto.obter.answer", await erp.call("produto.obter.php", token, id=product["id"], headers=header))
        fits("produto.obter.answer", await erp.call("produto.obter.php", token, id=record["id"], headers=header))
        fits("produto.obter.estoque.answer", await erp.call("produto.obter.estoque.php", token, id=record["id"]))


@pytest.mark.parametrize("seed", range(6))
async def test_every_refusal_fits_its_schema(erp, seed):
    token = (await erp.world(seed=seed, moods=True))["token"]
    for what in ("blocked_minute", "blocked_concurrency", "maintenance", "unexpected"):
        await erp.door("POST", "worlds/loja/faults", {"call": "info.php", "what": what})
        fits("erro.answer", await erp.call("info.php", token))
    for service, params in [
        ("produtos.pesquisa.php", {}),
        ("produtos.pesquisa.php", {"situacao": "Z"}),
        ("produto.obter.php", {}),
        ("pedidos.pesquisa.php", {}),
        ("pedidos.pesquisa.php", {"situacao": "voando"}),
        ("pedido.incluir.php", {}),
        ("pedido.incluir.php", {"pedido": "{"}),
    ]:
        fits("erro.answer", await erp.call(service, token, **params))
    fits("erro.answer", await erp.call("info.php", "TOKEN_DE_TESTE"))


async def test_every_message_fits_its_schema(erp, platform):
    seen = set()
    for seed in range(6):
        name = f"conta-{seed}"
        player = await at_work(erp, seed, seed > 0, name, **dict.fromkeys(ADDRESSES, platform.url))
        variation = player.kept["parent"]["variacoes"][0]["id"]
        await player.step({"door": "POST /mappings", "send": {"idProduto": variation, "skuMapeamento": "PLAT-9-1"}})
        await player.call("produto.atualizar.precos.php", {}, {"precos": [{"id": variation, "preco": 64.9}]})
        await player.step({"door": "POST /stock", "send": {"idProduto": variation, "quantidade": "3"}})
        chosen = [player.kept["parent"]["id"], player.kept["basket"]["id"]]
        await player.step({"door": "POST /sendings", "send": {"products": chosen, "update_stock": True}})
        await erp.flush(name)
        for message in platform.messages:
            kind = f"webhook.{message['tipo']}" if "idEcommerce" in message else f"webhook.conta.{message['tipo']}"
            assert schemas.problems(f"erp/{kind}", message) == []
            seen.add(kind)
        platform.requests.clear()
    assert seen == INTEGRATION_KINDS | ACCOUNT_KINDS


async def test_a_quotation_fits_its_schemas(erp):
    player = await at_work(erp, 1, True, "loja")
    integration = erp.fake.worlds.get("loja").integrations.main
    address = f"{erp.api}/webhook/api/v1/parceiro/{integration.id}/cotar"
    for grouped in (True, False):
        asked = {"cep_destino": "88036000", "itens": [{"sku": "PLAT-9", "quantidade": 2}]}
        asked["opcoes"] = {"cotar_agrupado": grouped}
        assert schemas.problems("erp/cotacao.request", asked) == []
        async with player.session.post(address, json=asked, headers={"Token": integration.token}) as answer:
            shown = await answer.json()
        assert schemas.problems("erp/cotacao.answer", shown) == []
        assert shown["cotacoes"]
