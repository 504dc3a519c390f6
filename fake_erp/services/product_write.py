"""`produto.incluir.php` and `produto.alterar.php`: batches of up to twenty (contract, products §8)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fake_erp import codes, editing, movements
from fake_erp.envelope import Answer
from fake_erp.records import Product
from fake_erp.services import batch, payload
from fake_erp.services.call import whole
from fake_erp.services.sent_product import SentProduct, mappings_of
from fake_erp.services.service import Service
from fake_erp.stock import BALANCE

if TYPE_CHECKING:
    from fake_erp.services.call import Call
    from fake_erp.worlds import ErpWorld

_PARAMS = frozenset({"produto", "Developer-Id"})


def include(call: Call) -> Answer:
    """New products with their variations and opening balances. A code that is taken: code 30."""
    world = call.world

    def act(record: dict[str, Any]) -> dict[str, Any]:
        sent = SentProduct(world, record)
        sent.require()
        variations = [(each, sent.variation(each)) for each in sent.variations()]
        sent.reasons += [
            ("A variação deve ter a sua grade", "grade") for _, values in variations if "grade" not in values
        ]
        openings = [
            _amount(sent, each) for each in (sent.opening, *(raw.get("estoque_atual") for raw, _ in variations))
        ]
        _refuse(record, sent)
        _require_free(world, [sent.values.get("codigo", ""), *(values.get("codigo", "") for _, values in variations)])
        document = {**_plain(sent.values), "variacoes": [values for _, values in variations]}
        product = editing.create(world, document)
        children = world.catalogue.children(product)
        for made, opening in zip((product, *children), openings, strict=True):
            if opening:
                movements.post(world, made, world.usual_depot, BALANCE, opening, note="Saldo inicial")
        _map(call, product, sent.mappings)
        for child, (raw, _) in zip(children, variations, strict=True):
            _map(call, child, mappings_of(raw))
        return _done(call, product)

    records = payload.records(call, "produto", "produtos", "produto")
    world.require_space(len(records))
    return batch.perform(call, "produto.incluir", records, act)


def alter(call: Call) -> Answer:
    """The record is replaced; found by `id`, else by `codigo` (§8)."""
    world = call.world

    def act(record: dict[str, Any]) -> dict[str, Any]:
        product, sent = _found(world, record), SentProduct(world, record)
        sent.require()
        variations = [(each, sent.variation(each)) for each in sent.variations()]
        hosted = set(sent.values.get("anexos", ())) & set(product.anexos)
        # Images that the ERP hosts, sent back as they were read (§8).
        sent.unusable = sent.unusable or bool(hosted)
        _refuse(record, sent)
        _require_free(world, [sent.values.get("codigo", "")], product)
        wanted = sent.values if world.settings.alter_keeps_unsent else sent.whole_record()
        if product.tipoVariacao == "V":
            wanted = {name: value for name, value in wanted.items() if name not in editing.NOT_OF_VARIATION}
            if isinstance(record.get("grade"), dict) and record["grade"]:
                # It rewrites the child's name from the attributes (§8).
                wanted["grade"] = {str(name): str(value) for name, value in record["grade"].items()}
        editing.change(world, product, _plain(wanted))
        _map(call, product, sent.mappings)
        for raw, values in variations:
            _alter_variation(call, product, raw, values)
        return _done(call, product)

    records = payload.records(call, "produto", "produtos", "produto")
    return batch.perform(call, "produto.alterar", records, act)


def _alter_variation(call: Call, parent: Product, raw: dict[str, Any], values: dict[str, Any]) -> None:
    """One of a parent's variations, by its id or code; one that is not there is left alone."""
    children = call.world.catalogue.children(parent)
    child = next((each for each in children if each.id == whole(raw.get("id"))), None)
    child = child or next((each for each in children if each.codigo == values.get("codigo")), None)
    if child is None:
        return
    _require_free(call.world, [values.get("codigo", "")], child)
    editing.change(call.world, child, _plain(values))
    _map(call, child, mappings_of(raw))


def _refuse(record: dict[str, Any], sent: SentProduct) -> None:
    reasons = list(sent.reasons)
    if not batch.sequence_of(record):
        reasons.insert(0, ("O número de sequência deve ser informado", ""))
    if reasons:
        raise codes.RecordRefusal(codes.INVALID, tuple(reasons))
    if sent.unusable:
        raise codes.RecordRefusal(codes.UNEXPECTED)


def _require_free(world: ErpWorld, wanted: list[str], own: Product | None = None) -> None:
    """Refuse with 30 a code that another product has, or that stands twice in the record."""
    if not world.settings.unique_codes:
        return
    named = [code for code in wanted if code]
    taken = any((holder := world.catalogue.by_code(code)) is not None and holder is not own for code in named)
    if taken or len(set(named)) < len(named):
        raise codes.RecordRefusal(codes.DUPLICATE)


def _found(world: ErpWorld, record: dict[str, Any]) -> Product:
    """The product that a record speaks of. Refuses with 32 (none) and 33 (more than one)."""
    if whole(record.get("id")):
        product = world.catalogue.get(whole(record["id"]))
        found = [product] if product and product.situacao != "E" else []
    else:
        found = world.catalogue.all_with_code(str(record.get("codigo") or "").strip())
    if len(found) > 1:
        raise codes.RecordRefusal(codes.FOUND_TWICE)
    if not found:
        raise codes.RecordRefusal(codes.NOT_FOUND, (("Produto não localizado", ""),))
    return found[0]


def _amount(sent: SentProduct, given: Any) -> Decimal | None:
    """An opening balance; None where none was sent."""
    if given in (None, ""):
        return None
    try:
        return Decimal(editing.check("preco", given))
    except editing.BadField:
        sent.reasons.append((f"O valor {str(given)[:40]} do campo estoque_atual é inválido", "estoque_atual"))
        return None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As `editing` takes it: lists for tuples, parts of a kit as objects."""
    document = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    for name in ("kit", "estrutura"):
        if name in document:
            document[name] = [{"id_produto": part, "quantidade": amount} for part, amount in document[name]]
    return document


def _map(call: Call, product: Product, wanted: list[dict[str, Any]] | None) -> None:
    """Announce as the record says; an empty list takes all announcements away. Needs a Developer-Id (§8)."""
    if wanted is None or not call.developer:
        return
    call.world.journal.append("mapped_by_api", idProduto=product.id, count=len(wanted))
    call.world.catalogue.unmap(product.id)
    for each in wanted:
        integration = call.world.integrations.get(whole(each.get("idEcommerce")))
        sku = str(each.get("skuMapeamento") or "")[:120]
        if integration and sku:
            call.world.catalogue.map(product, integration.id, sku, str(each.get("skuMapeamentoPai") or "")[:120])


def _done(call: Call, product: Product) -> dict[str, Any]:
    """Some answers list the ids of the variations (seen once)."""
    done: dict[str, Any] = {"id": product.id}
    children = call.world.catalogue.children(product)
    if children and call.moods.speller("produto.incluir", product.id).roll("variacoes") < 96:
        done["variacoes"] = [{"variacao": {"id": child.id}} for child in children]
    return done


SERVICES = (
    Service(name="produto.incluir.php", perform=include, params=_PARAMS, both=True, batch=True),
    Service(name="produto.alterar.php", perform=alter, params=_PARAMS, both=True, batch=True),
)
