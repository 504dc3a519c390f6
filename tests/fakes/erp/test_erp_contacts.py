"""The contact services through bare HTTP."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

TOKEN = "token-da-loja"
PERSON = {
    "sequencia": "1",
    "codigo": "WS-88213",
    "nome": "Marina Prado Amostra",
    "tipo_pessoa": "F",
    "cpf_cnpj": "11144477735",
    "endereco": "Rua das Amostras",
    "cep": "88010-000",
    "cidade": "Florianópolis",
    "uf": "SC",
    "email": "marina@example.com",
    "tipos_contato": [{"tipo": "Cliente"}],
    "situacao": "A",
}


@pytest.fixture(autouse=True)
async def _world(erp: Any) -> None:
    await erp.world(token=TOKEN)


def _packed(*contacts: dict[str, Any]) -> str:
    return orjson.dumps({"contatos": [{"contato": each} for each in contacts]}).decode()


async def _write(erp: Any, verb: str, *contacts: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of each record. Minutes pass before, as batch calls are few."""
    await erp.advance(61)
    retorno = (await erp.call(f"contato.{verb}.php", TOKEN, contato=_packed(*contacts))).retorno
    return [entry["registro"] for entry in retorno["registros"]]


async def _include(erp: Any, **changed: Any) -> int:
    sent = {name: value for name, value in {**PERSON, **changed}.items() if value is not None}
    [record] = await _write(erp, "incluir", sent)
    assert record["status"] == "OK", record
    return int(record["id"])


async def _obtain(erp: Any, contact: int) -> dict[str, Any]:
    shown: dict[str, Any] = (await erp.call("contato.obter.php", TOKEN, id=contact)).retorno["contato"]
    return shown


async def _found(erp: Any, **filters: str) -> list[int]:
    retorno = (await erp.call("contatos.pesquisa.php", TOKEN, **filters)).retorno
    return [each["contato"]["id"] for each in retorno.get("contatos", [])]


async def test_what_is_included_is_read_back_punctuated(erp: Any) -> None:
    shown = await _obtain(erp, await _include(erp, fantasia="Prado"))
    assert (shown["nome"], shown["fantasia"], shown["cpf_cnpj"]) == ("Marina Prado Amostra", "Prado", "111.444.777-35")
    assert (shown["cep"], shown["situacao"], shown["tipos_contato"]) == ("88.010-000", "A", [{"tipo": "Cliente"}])
    assert shown["data_criacao"].startswith("03/08/2026")


async def test_every_missing_field_is_reported_at_once_with_the_official_texts(erp: Any) -> None:
    [record] = await _write(erp, "incluir", {"codigo": "X"})
    assert (record["sequencia"], record["codigo_erro"]) == ("", "31")
    assert [each["erro"] for each in record["erros"]] == [
        "O número de sequência deve ser informado",
        "O nome do contato deve ser informado",
        "A situação do contato deve ser informada",
    ]


async def test_a_mixed_batch_keeps_the_good_records(erp: Any) -> None:
    other = {**PERSON, "sequencia": "2", "codigo": "WS-2", "situacao": "X"}
    answer = (await erp.call("contato.incluir.php", TOKEN, contato=_packed(PERSON, other))).retorno
    assert (answer["status_processamento"], answer["status"]) == (4, "Erro")
    assert [each["registro"]["status"] for each in answer["registros"]] == ["OK", "Erro"]
    assert len(await erp.contacts()) == 1
    await erp.door("PATCH", "worlds/loja", {"mixed_batch_is_2": True})
    third = {**PERSON, "sequencia": "3", "codigo": "WS-3"}
    answer = (await erp.call("contato.incluir.php", TOKEN, contato=_packed(third, other))).retorno
    assert answer["status_processamento"] == 2


async def test_a_contact_without_a_type_is_another_one(erp: Any) -> None:
    shown = await _obtain(erp, await _include(erp, tipos_contato=None))
    assert shown["tipos_contato"] == [{"tipo": "Outro"}]


@pytest.mark.parametrize(
    ("key", "same", "refused"),
    [
        ("codigo", {"cpf_cnpj": "52998224725"}, True),
        ("codigo", {"codigo": "WS-2"}, False),
        ("cpf_cnpj", {"codigo": "WS-2", "cpf_cnpj": "111.444.777-35"}, True),
        ("cpf_cnpj", {"cpf_cnpj": "52998224725"}, False),
        ("none", {}, False),
    ],
)
async def test_a_duplicate_is_code_30_by_the_key_that_the_world_says(
    erp: Any, key: str, same: dict[str, str], refused: bool
) -> None:
    await erp.door("PATCH", "worlds/loja", {"unique_contact_key": key})
    await _include(erp)
    [record] = await _write(erp, "incluir", {**PERSON, **same})
    assert record.get("codigo_erro") == ("30" if refused else None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tipo_pessoa": "X"}, "O valor X do campo tipo_pessoa é inválido"),
        ({"crt": "7"}, "O valor 7 do campo crt é inválido"),
        ({"data_nascimento": "ontem"}, "A data do campo data_nascimento é inválida"),
        ({"limite_credito": "muito"}, "O valor muito do campo limite_credito é inválido"),
        ({"nome_vendedor": "Ninguém"}, "O vendedor informado não foi localizado"),
    ],
)
async def test_a_field_that_makes_no_sense_is_code_31(erp: Any, changed: dict[str, str], told: str) -> None:
    [record] = await _write(erp, "incluir", {**PERSON, **changed})
    assert (record["codigo_erro"], record["erros"][0]["erro"]) == ("31", told)


@pytest.mark.parametrize(
    ("switch", "changed", "told"),
    [
        ("check_documents", {"cpf_cnpj": "11144477736"}, "O CPF/CNPJ 11144477736 é inválido"),
        ("check_cities", {"cidade": "Atlântida"}, "Cidade não encontrada"),
        ("refuse_long_texts", {"nome": "x" * 51}, "O campo nome deve ter no máximo 50 caracteres"),
    ],
)
@pytest.mark.parametrize("on", [True, False])
async def test_what_the_contract_leaves_open_is_checked_where_the_world_says_so(
    erp: Any, switch: str, changed: dict[str, str], told: str, on: bool
) -> None:
    await erp.door("PATCH", "worlds/loja", {switch: on})
    [record] = await _write(erp, "incluir", {**PERSON, **changed})
    assert [each["erro"] for each in record.get("erros", [])] == ([told] if on else [])


async def test_a_change_replaces_the_record_and_only_adds_types_and_persons(erp: Any) -> None:
    person = {"pessoa_contato": {"nome": "Ana", "email": "ana@example.com"}}
    contact = await _include(erp, pessoas_contato=[person])
    other = [person, {"pessoa_contato": {"nome": "Bia"}}]
    sent = {"sequencia": 1, "id": contact, "nome": "Marina", "situacao": "I", "tipos_contato": [{"tipo": "Vendedor"}]}
    await _write(erp, "alterar", {**sent, "pessoas_contato": other})
    shown = await _obtain(erp, contact)
    assert (shown["nome"], shown["situacao"], shown["email"], shown["cpf_cnpj"]) == ("Marina", "I", "", "")
    assert [each["tipo"] for each in shown["tipos_contato"]] == ["Cliente", "Vendedor"]
    assert [each["pessoa_contato"]["nome"] for each in shown["pessoas_contato"]] == ["Ana", "Bia"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"id": "second", "codigo": "WS-88213"}, "second"),
        ({"codigo": "WS-88213", "cpf_cnpj": "52998224725"}, "first"),
        ({"cpf_cnpj": "529.982.247-25"}, "second"),
    ],
)
async def test_a_contact_is_found_by_id_then_code_then_document(erp: Any, keys: dict[str, str], expected: str) -> None:
    await erp.door("PATCH", "worlds/loja", {"unique_contact_key": "none"})
    made = {"first": await _include(erp), "second": await _include(erp, codigo="WS-2", cpf_cnpj="52998224725")}
    named = {key: made.get(value, value) for key, value in keys.items()}
    [record] = await _write(erp, "alterar", {"sequencia": 1, "nome": "M", "situacao": "A", **named})
    assert record["id"] == made[expected]


async def test_nobody_is_code_32_and_two_are_code_33(erp: Any) -> None:
    await _include(erp)
    await _include(erp, codigo="WS-2")
    least = {"sequencia": 1, "nome": "M", "situacao": "A"}
    [nobody] = await _write(erp, "alterar", {**least, "codigo": "WS-9"})
    [two] = await _write(erp, "alterar", {**least, "cpf_cnpj": "11144477735"})
    assert (nobody["codigo_erro"], two["codigo_erro"]) == ("32", "33")


async def test_an_unknown_id_is_nobody_whatever_code_and_document_say(erp: Any) -> None:
    await _include(erp)
    named = {"id": 5, "codigo": "WS-88213", "cpf_cnpj": "11144477735"}
    [nobody] = await _write(erp, "alterar", {"sequencia": 1, "nome": "M", "situacao": "A", **named})
    assert nobody["codigo_erro"] == "32"


async def test_an_inactive_contact_is_listed_as_active(erp: Any) -> None:
    contact = await _include(erp, situacao="I")
    [row] = (await erp.call("contatos.pesquisa.php", TOKEN)).retorno["contatos"]
    assert row["contato"]["situacao"] == "Ativo"
    assert await _found(erp, situacao="Ativo") == [contact]


async def test_the_success_of_a_change_can_say_2_with_ok(erp: Any) -> None:
    contact = await _include(erp)
    await erp.door("PATCH", "worlds/loja", {"moods": True})
    seen = set()
    for _ in range(30):
        await erp.advance(61)
        sent = {"sequencia": 1, "id": contact, "nome": "M", "situacao": "A"}
        retorno = (await erp.call("contato.alterar.php", TOKEN, contato=_packed(sent))).retorno
        seen.add((int(retorno["status_processamento"]), retorno["status"]))
    assert seen == {(2, "OK"), (3, "OK")}


async def test_filters_of_the_search_filter(erp: Any) -> None:
    seller = await _include(erp, codigo="V-1", nome="Vera", tipos_contato=[{"tipo": "Vendedor"}], cpf_cnpj=None)
    first = await _include(erp, id_vendedor=str(seller))
    await erp.advance(3600)
    second = await _include(erp, codigo="WS-2", nome="Caio Lima", cpf_cnpj="52998224725")
    assert await _found(erp) == [seller, first, second]
    assert await _found(erp, pesquisa="prado") == [first]
    assert await _found(erp, pesquisa="ws-") == [first, second]
    assert await _found(erp, cpf_cnpj="529.982.247-25") == [second]
    assert await _found(erp, nomeVendedor="vera") == [first]
    assert await _found(erp, idVendedor=str(seller), nomeVendedor="x") == [first]
    assert await _found(erp, nomeVendedor="Ninguém") == []
    assert await _found(erp, dataCriacao="03/08/2026 08:30:00") == [second]
    assert await _found(erp, dataMinimaAtualizacao="03/08/2026 08:30:00") == [second]
    assert (await erp.call("contatos.pesquisa.php", TOKEN, situacao="Talvez")).code == 31
    assert (await erp.call("contatos.pesquisa.php", TOKEN, dataCriacao="ontem")).code == 31


@pytest.mark.parametrize("exact", [True, False])
async def test_the_search_by_document_can_mind_punctuation(erp: Any, exact: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"exact_document_search": exact})
    contact = await _include(erp)
    assert await _found(erp, cpf_cnpj="111.444.777-35") == ([] if exact else [contact])
    assert await _found(erp, cpf_cnpj="11144477735") == [contact]


async def test_a_deleted_contact_is_listed_unless_filtered_and_not_obtained(erp: Any) -> None:
    contact = await _include(erp)
    await erp.door("DELETE", f"worlds/loja/contacts/{contact}")
    assert await _found(erp) == await _found(erp, situacao="Excluido") == [contact]
    assert await _found(erp, situacao="Ativo") == []
    assert (await erp.call("contato.obter.php", TOKEN, id=contact)).code == 20
    [record] = await _write(erp, "alterar", {"sequencia": 1, "id": contact, "nome": "M", "situacao": "A"})
    assert record["codigo_erro"] == "32"
    # An order registers its customer anew.
    await erp.inserted(TOKEN)
    assert len(await erp.contacts()) == 2


@pytest.mark.parametrize("is_32", [True, False])
async def test_an_unknown_contact_is_code_20_or_32(erp: Any, is_32: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"unknown_contact_is_32": is_32})
    assert (await erp.call("contato.obter.php", TOKEN, id=7)).code == (32 if is_32 else 20)


@pytest.mark.parametrize("check", [True, False])
async def test_an_orders_seller_is_checked_where_the_world_says_so(erp: Any, check: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"check_sellers": check})
    retorno = (await erp.insert(TOKEN, nome_vendedor="Ninguém")).retorno
    assert retorno["status"] == ("Erro" if check else "OK")


async def test_an_order_and_the_services_speak_of_one_record(erp: Any) -> None:
    contact = await _include(erp, email="velho@example.com", celular="48999990000")
    await erp.inserted(TOKEN, cliente={"nome": "Marina P", "cpf_cnpj": "111.444.777-35", "fone": "48"})
    shown = await _obtain(erp, contact)
    assert (shown["nome"], shown["fone"], shown["celular"], shown["email"]) == (
        "Marina P",
        "48",
        "48999990000",
        "velho@example.com",
    )


async def test_contacts_can_be_made_and_changed_at_the_door(erp: Any) -> None:
    made = await erp.door("POST", "worlds/loja/contacts", {"nome": "Loja Fornecedora", "codigo": "F-1"})
    changed = await erp.door("PUT", f"worlds/loja/contacts/{made['id']}", {"nome": "Fornecedora SA"})
    assert (changed["nome"], changed["codigo"]) == ("Fornecedora SA", "")
    status, answer = await erp.door_status("POST", "worlds/loja/contacts", {"codigo": "F-1"})
    assert status == 400 and "O nome do contato deve ser informado" in answer["error"]
    assert (await erp.door_status("PUT", "worlds/loja/contacts/5", {"nome": "x"}))[0] == 404
