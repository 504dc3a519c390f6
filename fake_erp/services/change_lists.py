"""`lista.atualizacoes.produtos` and `lista.atualizacoes.estoque`: what is read is erased (contract, products §9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fake_erp import codes, extensions
from fake_erp.envelope import Answer
from fake_erp.moments import parse_moment, write_moment
from fake_erp.moods import AMOUNT, DECIMAL, INTEGER, LIST, RESERVED, ROW_CODE, ROW_TEXT, TEXT, WORD, Table
from fake_erp.records import plain
from fake_erp.services.call import required
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service
from fake_erp.services.stock import depots_of

if TYPE_CHECKING:
    from datetime import datetime

    from fake_erp.changes import Queue
    from fake_erp.records import Product
    from fake_erp.services.call import Call

# How far back the lists reach.
_REACH = timedelta(days=30)
_TOO_OLD = "Somente podem ser listados os registros dos últimos 30 dias"

_PRODUCT = Table(id=INTEGER, nome=TEXT, codigo=ROW_CODE, unidade=WORD, preco=DECIMAL, data_alteracao=WORD)
_STOCK = Table(
    id=INTEGER,
    nome=TEXT,
    codigo=ROW_CODE,
    unidade=WORD,
    tipo_variacao=WORD,
    localizacao=ROW_TEXT,
    data_alteracao=WORD,
    saldo=AMOUNT,
    saldoReservado=RESERVED,
)


def products(call: Call) -> Answer:
    return _handed_out(call, call.world.changes.products, _product_row)


def stock(call: Call) -> Answer:
    return _handed_out(call, call.world.changes.stock, _stock_row)


def _handed_out(call: Call, queue: Queue, row: Any) -> Answer:
    """A page of the queue. Its records are off the queue from now on, so that page 2 skips as many (§9)."""
    world = call.world
    if not world.has(extensions.LIVE_STOCK):
        raise codes.Refusal(codes.NO_API if world.settings.missing_extension_is_5 else codes.COMPANY_BLOCKED)
    since = _since(call)
    found = [product for each in queue.since(since) if (product := world.catalogue.get(each)) is not None]
    page = page_of(call, found)
    rows = [{"produto": row(call, product, queue.waiting[product.id])} for product in page.records]
    world.journal.append("queue_read", products=[product.id for product in page.records])
    queue.take([product.id for product in page.records])
    return Answer(page.speller, {**page.numbers, "produtos": rows})


def _since(call: Call) -> datetime:
    text = required(call, "dataAlteracao")
    try:
        since = parse_moment(text)
    except ValueError:
        raise codes.Refusal(codes.INVALID, f"A data {text[:40]} é inválida", "dataAlteracao") from None
    if call.world.clock.now() - since > _REACH:
        code = codes.PARAMETER_MISSING if call.world.settings.too_old_is_10 else codes.INVALID
        raise codes.Refusal(code, _TOO_OLD)
    return since


def _product_row(call: Call, product: Product, at: datetime) -> dict[str, Any]:
    values = {
        "id": product.id,
        "nome": product.nome,
        "codigo": product.codigo,
        "unidade": product.unidade,
        "preco": product.preco,
        "data_alteracao": write_moment(at),
    }
    return call.moods.speller("alterados", product.id).record(_PRODUCT, values)


def _stock_row(call: Call, product: Product, at: datetime) -> dict[str, Any]:
    level = call.world.level(product)
    speller = call.moods.speller("estoques", product.id)
    values = {
        "id": product.id,
        "nome": product.nome,
        "codigo": product.codigo,
        "unidade": product.unidade,
        "tipo_variacao": product.tipoVariacao,
        "localizacao": product.localizacao,
        "data_alteracao": write_moment(at),
        "saldo": plain(level.physical),
        "saldoReservado": plain(level.reserved) if call.world.settings.reservation else "0",
    }
    record = speller.record(_STOCK, values)
    speller.put(record, "depositos", LIST, depots_of(call, product.id, level))
    return record


_PARAMS = frozenset({"dataAlteracao", "pagina"})

SERVICES = (
    Service(name="lista.atualizacoes.produtos", perform=products, params=_PARAMS, both=True),
    Service(name="lista.atualizacoes.estoque", perform=stock, params=_PARAMS, both=True),
)
