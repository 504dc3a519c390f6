"""`produto.atualizar.estoque.php`: one movement of one product (contract, products §4)."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from fake_erp import announce, codes, movements
from fake_erp.envelope import Answer
from fake_erp.moods import AMOUNT, INTEGER, RESERVED, WORD, Table
from fake_erp.records import plain
from fake_erp.services import payload
from fake_erp.services.call import whole
from fake_erp.services.service import Service
from fake_erp.stock import BALANCE, IN, OUT
from scenarios.harness.clock import BRASILIA

if TYPE_CHECKING:
    from fake_erp.services.call import Call
    from fake_erp.worlds import ErpWorld

_RECORD = Table(sequencia=INTEGER, status=WORD, id=INTEGER, saldoEstoque=AMOUNT, saldoReservado=RESERVED)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?", re.ASCII)
_LONGEST = 100


def update(call: Call) -> Answer:
    """Move the stock; a count that changes nothing writes no movement (`registroCriado` false)."""
    world, sent = call.world, payload.record(call, "estoque", "estoque")
    if not sent and not world.settings.empty_update_is_31:
        # OK with an empty list: nothing happened (observed, Transport).
        return Answer(call.moods.speller("estoque.vazio", 0), {"registros": []})
    product = world.catalogue.get(whole(sent.get("idProduto")))
    reasons: list[tuple[str, str]] = []
    kind = str(sent.get("tipo") or BALANCE).upper()
    if kind not in (BALANCE, IN, OUT):
        reasons.append((f"O tipo {kind[:40]} é inválido", "tipo"))
    quantity, price = _decimal(sent, "quantidade", reasons), _decimal(sent, "precoUnitario", reasons)
    if sent.get("quantidade") in (None, ""):
        reasons.append(("A quantidade deve ser informada", "quantidade"))
    depot, at = _depot(world, sent, reasons), _moment(sent, reasons)
    if product is None or product.situacao == "E":
        raise codes.RecordRefusal(codes.NOT_FOUND, (("Produto não localizado", "idProduto"),))
    if reasons:
        raise codes.RecordRefusal(codes.INVALID, tuple(reasons))
    assert quantity is not None
    created = kind != BALANCE or product.balances[depot] != quantity
    number = 0
    if created:
        world.journal.append("stock_moved", idProduto=product.id, tipo=kind, quantidade=plain(quantity), by="api")
        note = str(sent.get("observacoes") or "")[:_LONGEST]
        number = movements.post(world, product, depot, kind, quantity, at=at, note=note, unit_price=price).id
        announce.stock(world, product, moved=True)
    level = world.level(product)
    speller = call.moods.speller("produto.atualizar.estoque", f"{product.id}:{len(world.movements)}")
    values = {
        "sequencia": 1,
        "status": "OK",
        "id": number,
        "saldoEstoque": plain(level.physical),
        "saldoReservado": plain(level.reserved) if world.settings.reservation else "0",
    }
    record = {**speller.record(_RECORD, values), "registroCriado": created}
    entry = {"registro": record}
    # Captured as a list with the balance in four decimals; the sample has an object and a number.
    if speller.roll("registros") < 128:
        record["saldoEstoque"] = f"{level.physical:.4f}"
        return Answer(speller, {"registros": [entry]})
    return Answer(speller, {"registros": entry})


def _decimal(sent: dict[str, Any], name: str, reasons: list[tuple[str, str]]) -> Decimal | None:
    value = sent.get(name)
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value))
        if isinstance(value, bool) or not number.is_finite() or abs(number) > Decimal(10) ** 12:
            raise InvalidOperation
        return number
    except InvalidOperation:
        reasons.append((f"O valor {str(value)[:40]} do campo {name} é inválido", name))
        return Decimal(0)


def _depot(world: ErpWorld, sent: dict[str, Any], reasons: list[tuple[str, str]]) -> int:
    """By its name; without one the usual depot."""
    name = sent.get("deposito")
    if name in (None, ""):
        return world.usual_depot
    names = [depot.nome for depot in world.depots]
    if name in names and (world.has("depositos") or names.index(name) == world.usual_depot):
        return names.index(name)
    reasons.append((f"O depósito {str(name)[:40]} não foi localizado", "deposito"))
    return world.usual_depot


def _moment(sent: dict[str, Any], reasons: list[tuple[str, str]]) -> datetime | None:
    """`aaaa-mm-dd hh:mm:ss`, unlike everywhere else (§4)."""
    text = str(sent.get("data") or "").strip()
    if not text:
        return None
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).replace(tzinfo=BRASILIA)
    except ValueError:
        reasons.append((f"A data {text[:40]} do campo data é inválida", "data"))
        return None


SERVICES = (Service(name="produto.atualizar.estoque.php", perform=update, params=frozenset({"estoque"}), both=True),)
