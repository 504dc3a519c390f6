"""Each of the 22 codes of the contract (transport §3.4) and each of the three limits, by its natural cause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from tests.fakes.erp.conftest import packed

TOKEN = "token-da-loja"
# The table of the contract.
CODES = (*range(1, 12), *range(20, 24), *range(30, 36), 99)
_PRODUCT = {"nome": "Caneca", "codigo": "CAN-1", "unidade": "UN", "preco": "1", "origem": "0"}
_KINDS = {"situacao": "A", "tipo": "P"}
_CONTACT = {"nome": "Marina", "cpf_cnpj": "11144477735", "situacao": "A"}

Cause = Callable[[Any], Awaitable[Any]]


def _packed(plural: str, wrapper: str, *records: dict[str, Any]) -> str:
    return orjson.dumps({plural: [{wrapper: each} for each in records]}).decode()


async def _settings(erp: Any, **settings: Any) -> None:
    await erp.door("PATCH", "worlds/loja", settings)


async def _info(erp: Any) -> Any:
    return await erp.call("info.php", TOKEN)


async def _products(erp: Any, verb: str, *records: dict[str, Any]) -> Any:
    document = _packed("produtos", "produto", *({**_PRODUCT, **_KINDS, **each} for each in records))
    return await erp.call(f"produto.{verb}.php", TOKEN, produto=document)


async def _contacts(erp: Any, verb: str, *records: dict[str, Any]) -> Any:
    document = _packed("contatos", "contato", *({**_CONTACT, **each} for each in records))
    return await erp.call(f"contato.{verb}.php", TOKEN, contato=document)


async def _no_token(erp: Any) -> Any:
    return await erp.send("POST", "info.php", data={"formato": "json"})


async def _unknown_token(erp: Any) -> Any:
    return await erp.call("info.php", "ninguem")


async def _malformed(erp: Any) -> Any:
    return await erp.call("pedido.incluir.php", TOKEN, pedido='{"pedido":')


async def _unusable_xml(erp: Any) -> Any:
    form = {"token": TOKEN, "formato": "xml", "contato": "<pessoas><pessoa/></pessoas>"}
    return await erp.send("POST", "contato.incluir.php", data=form)


async def _no_api(erp: Any) -> Any:
    await _settings(erp, plan="comecar")
    return await _info(erp)


async def _too_many_a_minute(erp: Any) -> Any:
    await _settings(erp, plan="antigo")
    for _ in range(20):
        assert (await _info(erp)).code is None
    return await _info(erp)


async def _no_space(erp: Any) -> Any:
    await _settings(erp, storage_records=2)
    return await _products(
        erp, "incluir", {"sequencia": 1}, {"sequencia": 2, "codigo": "B"}, {"sequencia": 3, "codigo": "C"}
    )


async def _blocked(erp: Any) -> Any:
    await _settings(erp, blocked=True)
    return await _info(erp)


async def _repeated_sequence(erp: Any) -> Any:
    return await _products(erp, "incluir", {"sequencia": 1}, {"sequencia": 1, "codigo": "B"})


async def _parameter_missing(erp: Any) -> Any:
    return await erp.call("produto.obter.php", TOKEN)


async def _too_many_at_once(erp: Any) -> Any:
    await _settings(erp, plan="antigo", latency=5)
    held = [asyncio.create_task(_info(erp)) for _ in range(5)]
    await erp.in_flight(5)
    refused = await _info(erp)
    await erp.advance(5)
    assert [(await each).code for each in held] == [None] * 5
    return refused


async def _no_records(erp: Any) -> Any:
    return await erp.call("produtos.pesquisa.php", TOKEN, pesquisa="nada disso")


async def _too_many_records(erp: Any) -> Any:
    await _settings(erp, most_records=1)
    await _products(erp, "incluir", {"sequencia": 1}, {"sequencia": 2, "codigo": "B"})
    return await erp.call("produtos.pesquisa.php", TOKEN)


async def _batch_too_large(erp: Any) -> Any:
    return await _products(erp, "incluir", *({"sequencia": n, "codigo": f"C{n}"} for n in range(1, 22)))


async def _no_such_page(erp: Any) -> Any:
    await _products(erp, "incluir", {"sequencia": 1})
    return await erp.call("produtos.pesquisa.php", TOKEN, pagina=2)


async def _duplicate(erp: Any) -> Any:
    await _products(erp, "incluir", {"sequencia": 1})
    return await _products(erp, "incluir", {"sequencia": 1})


async def _invalid(erp: Any) -> Any:
    return await erp.call("pedido.incluir.php", TOKEN, pedido=packed(cliente={"codigo": "X"}))


async def _not_found(erp: Any) -> Any:
    return await erp.call("pedido.obter.php", TOKEN, id=5)


async def _found_twice(erp: Any) -> Any:
    await _contacts(erp, "incluir", {"sequencia": 1, "codigo": "A"}, {"sequencia": 2, "codigo": "B"})
    return await _contacts(erp, "alterar", {"sequencia": 1})


async def _note_not_authorised(erp: Any) -> Any:
    order = await erp.inserted(TOKEN)
    made = (await erp.call("gerar.nota.fiscal.pedido.php", TOKEN, id=order)).retorno
    note = made["registros"]["registro"]["idNotaFiscal"]
    return await erp.call("expedicao.liberar.objetos.php", TOKEN, idObjeto=note, tipoObjeto="notafiscal")


async def _unexpected(erp: Any) -> Any:
    return await _products(erp, "incluir", {"sequencia": 1, "anexos": ["https://x.example/sem-envelope.jpg"]})


async def _maintenance(erp: Any) -> Any:
    await _settings(erp, maintenance=True)
    return await _info(erp)


CAUSES: dict[int, Cause] = {
    1: _no_token,
    2: _unknown_token,
    3: _malformed,
    4: _unusable_xml,
    5: _no_api,
    6: _too_many_a_minute,
    7: _no_space,
    8: _blocked,
    9: _repeated_sequence,
    10: _parameter_missing,
    11: _too_many_at_once,
    20: _no_records,
    21: _too_many_records,
    22: _batch_too_large,
    23: _no_such_page,
    30: _duplicate,
    31: _invalid,
    32: _not_found,
    33: _found_twice,
    34: _note_not_authorised,
    35: _unexpected,
    99: _maintenance,
}
# These codes stand inside a record of a batch (transport §3.6).
_IN_RECORDS = {30, 31, 33, 35}
_NOT_PROCESSED = {*range(1, 10), 11, 22, 99}


def test_the_table_of_the_contract_has_a_cause_for_each_code():
    assert tuple(CAUSES) == CODES


@pytest.mark.parametrize("code", CODES)
async def test_a_code_has_its_natural_cause(erp: Any, code: int) -> None:
    await erp.world(token=TOKEN)
    answer = await CAUSES[code](erp)
    assert answer.status == 200
    if code in (1, 4):
        wanted = [b'"codigo_erro":1,', b"<codigo_erro>4</codigo_erro>"][code == 4]
        assert wanted in answer.body
    elif code in _IN_RECORDS:
        [entry] = answer.retorno["registros"]
        assert int(entry["registro"]["codigo_erro"]) == code
        assert answer.code is None and entry["registro"]["erros"]
    else:
        assert answer.code == code
        assert answer.retorno["status_processamento"] == (1 if code in _NOT_PROCESSED else 2)
        assert answer.retorno["erros"]


@pytest.mark.parametrize(
    ("plan", "calls"), [("comecar", 0), ("antigo", 20), ("crescer", 30), ("evoluir", 60), ("potencializar", 120)]
)
async def test_the_minute_of_each_plan_and_its_header(erp: Any, plan: str, calls: int) -> None:
    await erp.world(token=TOKEN, plan=plan)
    codes = []
    for _ in range(calls + 1):
        answer = await _info(erp)
        codes.append(answer.code)
        assert answer.headers["x-limit-api"] == str(calls)
    assert codes == [None] * calls + [6 if calls else 5]
    await erp.advance(60)
    assert (await _info(erp)).code == (None if calls else 5)


async def test_batch_calls_are_five_a_minute_however_few_records_they_carry(erp: Any) -> None:
    await erp.world(token=TOKEN)
    codes = [(await _products(erp, "incluir", {"sequencia": 1, "codigo": f"C{n}"})).code for n in range(6)]
    assert codes == [None] * 5 + [6]
    # The minute itself has room: other calls go on, and batches again when it has passed.
    assert (await _info(erp)).code is None
    await erp.advance(60)
    assert (await _contacts(erp, "incluir", {"sequencia": 1})).code is None


async def test_stock_prices_and_orders_are_no_batch_calls(erp: Any) -> None:
    await erp.world(token=TOKEN)
    for _ in range(7):
        assert (await erp.call("pedido.incluir.php", TOKEN, pedido=packed())).code is None
    movement = orjson.dumps({"estoque": {"idProduto": 1, "quantidade": 1}}).decode()
    for _ in range(7):
        assert (await erp.call("produto.atualizar.estoque.php", TOKEN, estoque=movement)).code is None


@pytest.mark.parametrize(("plan", "at_once"), [("antigo", 5), ("crescer", 7), ("evoluir", 15), ("potencializar", 30)])
async def test_a_quarter_of_the_plan_may_be_in_flight(erp: Any, plan: str, at_once: int) -> None:
    await erp.world(token=TOKEN, plan=plan, latency=5)
    held = [asyncio.create_task(_info(erp)) for _ in range(at_once)]
    await erp.in_flight(at_once)
    assert (await _info(erp)).code == 11
    await erp.advance(5)
    assert [(await each).code for each in held] == [None] * at_once
