"""Door: move stock, as a person in the ERP or a sale elsewhere would; and every movement that there was."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aiohttp import web

from fake_erp import announce, movements
from fake_erp.door.asked import amount, product_of, read_entries, shown, world_of
from fake_erp.movements import Movement
from fake_erp.records import Product, plain
from fake_erp.stock import BALANCE, IN, OUT
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer

_KEYS = {"idProduto", "tipo", "quantidade", "deposito", "saldoReservado", "avisar"}


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def post_movement(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        given = await read_entries(request, _KEYS)
        # All are read before the first is done, so that a wrong one leaves nothing half done.
        changes = [_change(world, document) for document in given.entries]
        levels = []
        for change in changes:
            made = change.make(world)
            levels.append({**_level(world, change.product), "movimento": made.id if made else None})
        return answer(levels if given.many else levels[0])

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


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A balance to move, what is reserved to set, or both. Not `told`: whoever moves it sends the messages himself."""

    product: Product
    movement: tuple[int, str, Decimal] | None
    reserved: Decimal | None
    told: bool
    document: dict[str, Any]

    def make(self, world: ErpWorld) -> Movement | None:
        """The movement, if there is one. Raises JournalFull."""
        world.journal.append("stock_moved", **self.document)
        made = movements.post(world, self.product, *self.movement) if self.movement else None
        if self.reserved is not None:
            self.product.reserved = self.reserved
        if self.told:
            announce.stock(world, self.product, moved=made is not None)
        return made


def _change(world: ErpWorld, document: dict[str, Any]) -> _Change:
    if "quantidade" not in document and "saldoReservado" not in document:
        raise DoorError("quantidade is missing: give the amount moved, or the counted total for tipo 'B'")
    told = document.get("avisar", True)
    if not isinstance(told, bool):
        raise DoorError(f"avisar must be true or false, not {told!r}")
    return _Change(
        product=product_of(world, document.get("idProduto")),
        movement=_movement(world, document) if "quantidade" in document else None,
        reserved=amount(document["saldoReservado"], "saldoReservado") if "saldoReservado" in document else None,
        told=told,
        document=document,
    )


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
