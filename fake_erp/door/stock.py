"""Door: move stock, as a person in the ERP or a sale elsewhere would; and every movement that there was."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from aiohttp import web

from fake_erp import announce, movements
from fake_erp.door.asked import amount, product_of, shown, world_of
from fake_erp.movements import Movement
from fake_erp.records import Product, plain
from fake_erp.stock import BALANCE, IN, OUT
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object

_KEYS = {"idProduto", "tipo", "quantidade", "deposito", "saldoReservado"}


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def post_movement(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, _KEYS)
        product = product_of(world, document.get("idProduto"))
        change(world, product, document)
        return answer(_level(world, product))

    async def show_movements(request: web.Request) -> web.Response:
        return answer(shown(request, "movements", world_of(request, worlds).movements, _truth))

    app.router.add_post(f"{PREFIX}/worlds/{{world}}/stock", post_movement)
    app.router.add_get(f"{PREFIX}/worlds/{{world}}/movements", show_movements)


def _truth(movement: Movement) -> dict[str, Any]:
    return {
        "id": movement.id,
        "at": movement.at.isoformat(),
        "idProduto": movement.product_id,
        "tipo": movement.kind,
        "quantidade": plain(movement.quantity),
        "saldo_antes": plain(movement.before),
        "saldo": plain(movement.after),
    }


def change(world: ErpWorld, product: Product, document: dict[str, Any]) -> None:
    """Move a product's balance, set what is reserved of it, or both. Raises DoorError and JournalFull."""
    if "quantidade" not in document and "saldoReservado" not in document:
        raise DoorError("quantidade is missing: give the amount moved, or the counted total for tipo 'B'")
    reserved = amount(document["saldoReservado"], "saldoReservado") if "saldoReservado" in document else None
    movement = _movement(world, document) if "quantidade" in document else None
    world.journal.append("stock_moved", **{key: document[key] for key in _KEYS & set(document)})
    if movement:
        movements.post(world, product, *movement)
    if reserved is not None:
        product.reserved = reserved
    announce.stock(world, product, moved=movement is not None)


def _movement(world: ErpWorld, document: dict[str, Any]) -> tuple[int, str, Decimal]:
    kind = document.get("tipo", BALANCE)
    if kind not in (BALANCE, IN, OUT):
        raise DoorError(f"tipo must be 'B' (balance), 'E' (in) or 'S' (out), not {kind!r}")
    return _depot(world, document.get("deposito")), kind, amount(document["quantidade"], "quantidade")


def _depot(world: ErpWorld, name: Any) -> int:
    """The depot's number; without a name the first that counts, else the first."""
    if name is None:
        return world.usual_depot
    names = [depot.nome for depot in world.depots]
    if name not in names:
        raise DoorError(f"no depot {name!r}; known: {', '.join(names)}")
    return names.index(name)


def _level(world: ErpWorld, product: Product) -> dict[str, Any]:
    level = world.level(product)
    return {
        "idProduto": product.id,
        "saldo": plain(level.physical),
        "saldoReservado": plain(level.reserved),
        "depositos": {depot.nome: plain(balance) for depot, balance in level.depots},
    }
