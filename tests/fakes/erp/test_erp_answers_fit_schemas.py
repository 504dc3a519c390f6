"""What the fake answers is what the schemas describe, in every mood, and what it is sent is too."""

from __future__ import annotations

import pytest

import schemas


def fits(name: str, reply) -> None:
    document = {"retorno": reply.retorno}
    assert schemas.problems(f"erp/{name}", document) == []


@pytest.mark.parametrize("moods", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_answer_fits_its_schema(erp, moods, seed):
    world = await erp.world(seed=seed, products=40, moods=moods, plan="potencializar")
    token = world["token"]
    fits("info.answer", await erp.call("info.php", token))
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
        ("produto.obter.php", {"id": 5}),
        ("produto.obter.estoque.php", {"id": 5}),
        ("pedidos.pesquisa.php", {}),
        ("pedidos.pesquisa.php", {"situacao": "voando"}),
        ("pedido.obter.php", {"id": 5}),
        ("pedido.incluir.php", {}),
        ("pedido.incluir.php", {"pedido": "{"}),
        ("pedido.alterar.situacao", {"id": 5}),
    ]:
        fits("erro.answer", await erp.call(service, token, **params))
    fits("erro.answer", await erp.call("info.php", "TOKEN_DE_TESTE"))


@pytest.mark.parametrize(
    ("service", "params"),
    [
        ("info", {}),
        ("produtos.pesquisa", {"pesquisa": "camiseta", "situacao": "A", "pagina": "1"}),
        ("produto.obter", {"id": "700000001"}),
        ("produto.obter.estoque", {"id": "700000001"}),
    ],
)
async def test_a_request_that_fits_its_schema_is_understood_whole(erp, service, params):
    token = (await erp.world(products=1))["token"]
    form = {"token": token, "formato": "json", **params}
    assert schemas.problems(f"erp/{service}.request", form) == []
    await erp.send("POST", f"{service}.php", data=form)
    assert (await erp.journal())[0]["ignored"] == []
