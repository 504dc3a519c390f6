"""The services of tags and tag groups, and the tags of a product (contract, products §7 and §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import INTEGER, LIST, TEXT, WORD, Table
from fake_erp.services import batch, payload
from fake_erp.services.call import product_named, required, whole
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service
from fake_erp.tags import LONGEST_NAME

if TYPE_CHECKING:
    from fake_erp.services.call import Call
    from fake_erp.tags import Group, Tag, Tags

_PRODUCT = Table(id=INTEGER, nome=TEXT, codigo=TEXT)
# 30 long here, 50 in the tag services (§12).
_LONGEST_OF_PRODUCT = 30
_OF_PRODUCT = Table(id_tag=INTEGER, nome_tag=WORD)
_TAG = Table(id=INTEGER, nome=WORD, id_grupo=INTEGER, grupo=WORD)
_GROUP = Table(id=INTEGER, nome=WORD)


def of_product(call: Call) -> Answer:
    """Unknown: code 32 (observed, Reads)."""
    product = product_named(call, codes.NOT_FOUND)
    speller = call.moods.speller("tags", product.id)
    record = speller.record(_PRODUCT, product)
    tags = [call.world.tags.tags[number] for number in product.tags if number in call.world.tags.tags]
    shown = [
        {"tag": speller.record(_OF_PRODUCT, {"id_tag": tag.id, "nome_tag": tag.nome[:_LONGEST_OF_PRODUCT]})}
        for tag in tags
    ]
    speller.put(record, "tags", LIST, shown)
    return Answer(speller, {"produto": record})


def search_tags(call: Call) -> Answer:
    """By name or by group; one of the two must be given."""
    text, group = call.text("pesquisa").casefold(), call.text("idGrupo")
    if not text and not group:
        raise codes.Refusal(codes.PARAMETER_MISSING, "O parâmetro pesquisa ou idGrupo deve ser informado", "pesquisa")
    tags = call.world.tags
    found = [
        tag for tag in tags.tags.values() if text in tag.nome.casefold() and (not group or str(tag.group_id) == group)
    ]
    page = page_of(call, found)
    rows = [
        {
            "registro": call.moods.speller("tag", tag.id).record(
                _TAG,
                {
                    "id": tag.id,
                    "nome": tag.nome,
                    "id_grupo": tag.group_id,
                    "grupo": tags.groups[tag.group_id].nome,
                },
            )
        }
        for tag in page.records
    ]
    return Answer(page.speller, {**page.numbers, "registros": rows})


def search_groups(call: Call) -> Answer:
    text = required(call, "pesquisa").casefold()
    page = page_of(call, [each for each in call.world.tags.groups.values() if text in each.nome.casefold()])
    rows = [{"registro": call.moods.speller("grupo", each.id).record(_GROUP, each)} for each in page.records]
    return Answer(page.speller, {**page.numbers, "registros": rows})


def include_tags(call: Call) -> Answer:
    def act(record: dict[str, Any]) -> dict[str, Any]:
        nome, group = _understood_tag(call.world.tags, record, 0)
        call.world.journal.append("tag_added", nome=nome)
        return {"id": call.world.tags.add_tag(nome, group).id}

    return batch.perform(call, "tag.incluir", payload.records(call, "tag", "tags", "tag"), act)


def alter_tags(call: Call) -> Answer:
    def act(record: dict[str, Any]) -> dict[str, Any]:
        tag = _there(call.world.tags.tags.get(whole(record.get("id"))), "Tag não localizada")
        nome, group = _understood_tag(call.world.tags, record, tag.id)
        call.world.journal.append("tag_changed", id=tag.id)
        tag.nome, tag.group_id = nome, group
        return {"id": tag.id}

    return batch.perform(call, "tag.alterar", payload.records(call, "tag", "tags", "tag"), act)


def include_groups(call: Call) -> Answer:
    def act(record: dict[str, Any]) -> dict[str, Any]:
        nome = _understood_group(call.world.tags, record, 0)
        call.world.journal.append("tag_group_added", nome=nome)
        return {"id": call.world.tags.add_group(nome).id}

    return batch.perform(call, "grupo.tag.incluir", _groups(call), act)


def alter_groups(call: Call) -> Answer:
    def act(record: dict[str, Any]) -> dict[str, Any]:
        group = _there(call.world.tags.groups.get(whole(record.get("id"))), "Grupo de tags não localizado")
        nome = _understood_group(call.world.tags, record, group.id)
        call.world.journal.append("tag_group_changed", id=group.id)
        group.nome = nome
        return {"id": group.id}

    return batch.perform(call, "grupo.tag.alterar", _groups(call), act)


def _groups(call: Call) -> list[dict[str, Any]]:
    return payload.records(call, "grupo", "grupos_tag", "grupo_tag")


def _there(found: Any, text: str) -> Any:
    """What was found. Refuses with 32 where there is nothing."""
    if found is None:
        raise codes.RecordRefusal(codes.NOT_FOUND, ((text, "id"),))
    return found


def _named(record: dict[str, Any]) -> str:
    """The record's name. Refuses with 31 all that is wrong with name and sequence."""
    reasons = []
    if not batch.sequence_of(record):
        reasons.append(("O número de sequência deve ser informado", ""))
    given = record.get("nome")
    nome = str(given).strip().encode("utf-8", "replace").decode() if isinstance(given, (str, int)) else ""
    if not nome:
        reasons.append(("O nome deve ser informado", "nome"))
    if len(nome) > LONGEST_NAME:
        reasons.append((f"O campo nome deve ter no máximo {LONGEST_NAME} caracteres", "nome"))
    if reasons:
        raise codes.RecordRefusal(codes.INVALID, tuple(reasons))
    return nome


def _understood_tag(tags: Tags, record: dict[str, Any], own: int) -> tuple[str, int]:
    nome, group = _named(record), whole(record.get("id_grupo"))
    if group not in tags.groups:
        raise codes.RecordRefusal(codes.INVALID, (("O grupo da tag não foi localizado", "id_grupo"),))
    if tags.tag_taken(nome, group, own):
        raise codes.RecordRefusal(codes.DUPLICATE)
    return nome, group


def _understood_group(tags: Tags, record: dict[str, Any], own: int) -> str:
    nome = _named(record)
    if tags.group_taken(nome, own):
        raise codes.RecordRefusal(codes.DUPLICATE)
    return nome


def tag_truth(tag: Tag) -> dict[str, Any]:
    return {"id": tag.id, "nome": tag.nome, "id_grupo": tag.group_id}


def group_truth(group: Group) -> dict[str, Any]:
    return {"id": group.id, "nome": group.nome}


SERVICES = (
    Service(name="produto.obter.tags", perform=of_product, params=frozenset({"id"})),
    Service(name="tag.pesquisa.php", perform=search_tags, params=frozenset({"pesquisa", "idGrupo", "pagina"})),
    Service(name="tag.incluir.php", perform=include_tags, params=frozenset({"tag"}), batch=True),
    Service(name="tag.alterar.php", perform=alter_tags, params=frozenset({"tag"}), batch=True),
    Service(name="grupo.tag.pesquisa.php", perform=search_groups, params=frozenset({"pesquisa", "pagina"})),
    Service(name="grupo.tag.incluir.php", perform=include_groups, params=frozenset({"grupo"}), batch=True),
    Service(name="grupo.tag.alterar.php", perform=alter_groups, params=frozenset({"grupo"}), batch=True),
)
