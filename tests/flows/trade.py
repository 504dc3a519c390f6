"""What stories about orders in the ERP share: a connected shop, an order that is there, and looks at both journals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from connector.store import sales, stores, work
from connector.store.sales import Sale
from connector.store.work import Priority
from scenarios.runner.stage import Stage

HOUR = 3600.0
ERP = {"products": 6, "variations_share": 0.0}
TRACKING = {"codigoRastreamento": "BR123456785BR", "urlRastreamento": "https://rastreio.example/BR123456785BR"}

# Which messages of the ERP are entered for: of the integration, of the account itself, of both, of none.
OF_INTEGRATION = ("stock", "situation", "tracking", "invoice")
OF_ACCOUNT = ("account_order",)
NONE = ()


async def connected(stage: Stage, messages: Iterable[str] = OF_INTEGRATION) -> None:
    """A shop with the catalogue pulled and the address pasted in the ERP for these messages."""
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    door = stage.product.env.door_url(await stage.store())
    if addresses := {f"{kind}_webhook_url": door for kind in messages}:
        await stage.erp_door.send("PATCH", "", addresses)
    if "situation" in messages:
        # As the merchant would have typed it on the connector's page.
        await stage.product.env.db.write(stores.change, stage.store_id(), integrator_id="8123")


async def sent(stage: Stage, messages: Iterable[str] = OF_INTEGRATION, **given: Any) -> tuple[dict[str, Any], str]:
    """A connected shop with one order in the ERP; the shop's order and the ERP's id."""
    await connected(stage, messages)
    return await sell(stage, **given)


async def sell(stage: Stage, **given: Any) -> tuple[dict[str, Any], str]:
    """An order that has reached the ERP and of which the shop knows that it has."""
    order = await place(stage, **given)

    async def referenced() -> bool:
        return (await shown(stage, order))["external_reference"] is not None

    await stage.until(referenced, "the order is in the ERP", seconds=HOUR)
    return order, (await shown(stage, order))["external_reference"]["id"]


async def place(stage: Stage, **given: Any) -> dict[str, Any]:
    answer = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1, **given})
    return dict(answer["orders"][0])


async def shown(stage: Stage, order: dict[str, Any]) -> dict[str, Any]:
    """The order as the shop has it, with its history."""
    return dict(await stage.shop_door.get(f"/stores/{stage.store_id()}/orders/{order['id']}"))


async def until_status(stage: Stage, order: dict[str, Any], status: str, seconds: float = 60) -> dict[str, Any]:
    async def reached() -> bool:
        return bool((await shown(stage, order))["status"] == status)

    await stage.until(reached, f"the shop shows {status}", seconds)
    return await shown(stage, order)


async def set_situation(stage: Stage, erp_id: str, situation: str) -> None:
    await stage.erp_door.send("POST", f"/orders/{erp_id}/situation", {"situacao": situation})


async def track(stage: Stage, erp_id: str, **tracking: str) -> None:
    await stage.erp_door.send("POST", f"/orders/{erp_id}/tracking", tracking or TRACKING)


async def situation(stage: Stage, erp_id: str) -> str:
    return str((await stage.erp_door.get(f"/orders/{erp_id}"))["situacao"])


async def cancel_in_shop(stage: Stage, order: dict[str, Any]) -> None:
    path = f"/stores/{stage.store_id()}/orders/{order['id']}/cancel"
    await stage.shop_door.send("POST", path, {"reason": "customer"})


async def sale_of(stage: Stage, order: dict[str, Any]) -> Sale:
    sale = await stage.product.env.db.read(sales.by_order, stage.store_id(), int(order["id"]))
    assert sale is not None
    return sale


def erp_calls(stage: Stage, *services: str) -> list[dict[str, Any]]:
    """The connector's calls of the ERP about orders and invoices, or of these services alone."""
    about = ("pedido", "nota")
    calls = [e for e in stage.erp.journal if e["kind"] == "call"]
    return [e for e in calls if (e["service"] in services if services else e["service"].startswith(about))]


def shop_writes(stage: Stage) -> list[str]:
    """What the connector has written to orders of the shop."""
    calls = [e for e in stage.shop.journal if e["kind"] == "api"]
    return [e["call"] for e in calls if e["call"].startswith("PUT /orders")]


def statuses(order: dict[str, Any]) -> list[str]:
    """The statuses that an order has passed."""
    lines = [line["status"] for line in order["history"]]
    return [status for place, status in enumerate(lines) if place == 0 or lines[place - 1] != status]


class Counted:
    """Counts calls from a moment on: those of the ERP by service, writes to the shop by name."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._calls, self._writes = len(erp_calls(stage)), len(shop_writes(stage))

    def calls(self) -> list[str]:
        """Services called since, without the drawing of the net, which costs the same whatever happens."""
        since = erp_calls(self._stage)[self._calls :]
        return [e["service"] for e in since if "dataAtualizacao" not in e["params"]]

    def writes(self) -> list[str]:
        return shop_writes(self._stage)[self._writes :]


async def invoice(stage: Stage, erp_id: str, *, authorised: bool = True) -> dict[str, Any]:
    """An invoice of an order in the ERP."""
    note = await stage.erp_door.send("POST", f"/orders/{erp_id}/invoice", {})
    if authorised:
        await stage.erp_door.send("POST", f"/invoices/{note['id']}/authorise", {})
    return dict(note)


async def tell(stage: Stage, kind: str, content: dict[str, Any], **envelope: Any) -> None:
    """A message at the secret address in words of our own, as the ERP would send it."""
    message = {"versao": "1.0.1", "cnpj": stage.erp.company.cnpj, "tipo": kind, "dados": content, **envelope}
    async with stage.http.post(stage.product.env.door_url(await stage.store()), json=message) as answer:
        assert answer.status == 200


async def typed(stage: Stage, order: dict[str, Any], **changes: str) -> str:
    """The ERP's id of an order as a person would type it: no mark, no number of the shop."""
    document = order["customer"]["cpf"] or order["customer"]["cnpj"]
    values = {"total": order["total"], "document": document, "note": "", **changes}
    line = {"descricao": "Só na loja", "unidade": "UN", "quantidade": "1", "valor_unitario": values["total"]}
    by_hand = {
        "cliente": {"nome": "Digitado", "cpf_cnpj": values["document"]},
        "itens": [{"item": line}],
        "obs_internas": values["note"],
    }
    pedido = orjson.dumps({"pedido": by_hand}).decode()
    form = {"token": stage.erp.token, "formato": "json", "pedido": pedido}
    async with stage.http.post(f"{stage.erp_url}pedido.incluir.php", data=form) as answer:
        assert answer.status == 200
    orders = (await stage.erp_door.get("/orders"))["orders"]
    return str(max(int(one["id"]) for one in orders))


async def without_events(stage: Stage) -> None:
    """From now on the shop's events are lost."""
    await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": 1, "calls": 1000})


async def work_on(stage: Stage, order: dict[str, Any]) -> None:
    """As the order's event has it done."""
    now, key = stage.clock.now(), str(order["id"])
    await stage.product.env.db.write(work.enqueue, stage.store_id(), "order", now, priority=Priority.ORDERS, key=key)
