"""The shop's calls, one method each (webstore-api §6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from connector.clients.pacer import ShopPacer
from connector.clients.transport import Transport
from connector.core.errors import Refused
from connector.core.invoices import Paper
from connector.core.orders import ListedOrder, ShopOrder
from connector.core.subscription import Subscription
from connector.core.tracking import Shipment
from connector.wire import webstore, webstore_fields, webstore_orders, webstore_records
from connector.wire.webstore_fields import Shown
from connector.wire.webstore_records import Grant, Level, ShopSettings, Written

PER_PAGE = 200


class WebstoreHost:
    """Calls of the app itself, not of a store: relative to the platform's address."""

    def __init__(self, transport: Transport, base: str, app_id: int, secret: str) -> None:
        self._transport = transport
        self.base = base
        self._app_id = app_id
        self._secret = secret

    async def exchange(self, code: str) -> Grant:
        """The installation's code for the store's token."""
        request = webstore.token_request(self._app_id, self._secret, code)
        return webstore_records.parse_grant(webstore.decipher(await self._transport.send(self.base, request)))


class WebstoreClient:
    """Calls for one store."""

    def __init__(self, transport: Transport, pacer: ShopPacer, api_url: str, token: str, store_id: int) -> None:
        self._transport = transport
        self._pacer = pacer
        self._base = f"{api_url.rstrip('/')}/stores/{store_id}"
        self._token = token
        self._store_id = store_id

    async def name(self) -> str:
        return webstore_records.parse_store_name(await self._call("GET", "", name="/"))

    async def settings(self) -> ShopSettings:
        """What the merchant saved in the panel."""
        return webstore_records.parse_settings(await self._call("GET", "/apps/erp/settings"))

    async def report(self, document: dict[str, Any]) -> None:
        """Tell the panel how the connection stands."""
        await self._call("PATCH", "/apps/erp/settings", document)

    async def subscriptions(self) -> list[Subscription]:
        """This store's subscriptions."""
        return webstore_records.parse_subscriptions(await self._call("GET", "/webhooks"))

    async def subscribe(self, url: str, events: list[str]) -> tuple[int, str]:
        """Id and secret of a new subscription."""
        return webstore_records.parse_subscription(
            await self._call("POST", "/webhooks", {"url": url, "events": events})
        )

    async def unsubscribe(self, subscription_id: int) -> None:
        await self._call("DELETE", f"/webhooks/{subscription_id}", name="/webhooks/{id}")

    async def products_since(self, shop_id: int) -> list[Written]:
        """The next products by id, a full page of them; those removed in the shop are not among them."""
        query = urlencode({"since_id": shop_id, "per_page": PER_PAGE, "sort": "id"})
        documents = await self._call("GET", f"/products?{query}", name="/products")
        return [webstore_records.parse_written(document) for document in documents]

    async def products_shown(self, shop_id: int, count: int) -> list[Shown]:
        """The next products by id with all that the shop shows of them, at most `count`."""
        query = urlencode({"since_id": shop_id, "per_page": count, "sort": "id"})
        return [
            webstore_fields.parse_shown(document)
            for document in await self._call("GET", f"/products?{query}", name="/products")
        ]

    async def write_product(self, code: str, document: dict[str, Any]) -> Written:
        """Create or merge by code."""
        path = f"/products/by-code/{webstore.code_in_path(code)}"
        return webstore_records.parse_written(await self._call("PUT", path, document, name="/products/by-code/{code}"))

    async def show(self, shop_id: int, *, active: bool) -> Written:
        """Show a product in the shop or hide it."""
        path = f"/products/{shop_id}"
        return webstore_records.parse_written(
            await self._call("PATCH", path, {"active": active}, name="/products/{id}")
        )

    async def remove_product(self, shop_id: int) -> None:
        """Take a product out of the shop; its owner can bring it back in the panel."""
        await self._call("DELETE", f"/products/{shop_id}", name="/products/{id}")

    async def product(self, code: str) -> dict[str, Any] | None:
        """A product's document as the shop has it; None if there is none."""
        path = f"/products/by-code/{webstore.code_in_path(code)}"
        try:
            return dict(await self._call("GET", path, name="/products/by-code/{code}"))
        except Refused as error:
            if error.code != "not_found":
                raise
            return None

    async def write_images(self, shop_id: int, addresses: tuple[str, ...]) -> None:
        """Replace the list of images."""
        document = webstore_records.images_document(addresses)
        await self._call("PUT", f"/products/{shop_id}/images", document, name="/products/{id}/images")

    async def write_levels(self, levels: list[Level], kind: str) -> list[tuple[int, str]]:
        """Up to 50 absolute balances; HTTP status and error code of each."""
        document = webstore_records.levels_document(levels, kind)
        # Contract, section 9: one unit for ten balances.
        answer = await self._call("POST", "/stock/batch", document, units=-(-len(levels) // 10))
        return webstore_records.parse_level_results(answer, len(levels))

    async def order(self, order_id: int) -> ShopOrder:
        return webstore_orders.parse_order(await self._call("GET", f"/orders/{order_id}", name="/orders/{id}"))

    async def orders_to_import(self, statuses: tuple[str, ...]) -> list[ListedOrder]:
        """Orders in one of these statuses that nobody has imported, oldest first, all pages."""
        return await self._all_orders({"imported": "false", "status": ",".join(statuses)})

    async def orders_cancelled(self, since: datetime) -> list[ListedOrder]:
        """Imported orders that are cancelled and were changed since then, oldest first, all pages."""
        return await self._all_orders({"imported": "true", "status": "cancelled", "updated_at_min": since.isoformat()})

    async def _all_orders(self, which: dict[str, str]) -> list[ListedOrder]:
        found: list[ListedOrder] = []
        while True:
            since = found[-1].order_id if found else 0
            query = urlencode({**which, "sort": "id", "since_id": since, "per_page": PER_PAGE})
            documents = await self._call("GET", f"/orders?{query}", name="/orders")
            page = [webstore_orders.parse_listed(document) for document in documents]
            found += page
            if len(page) < PER_PAGE:
                return found

    async def orders_of_period(
        self, statuses: tuple[str, ...], since: datetime, until: datetime, since_id: int
    ) -> list[ShopOrder]:
        """The next page, by id, of orders placed in a period that nobody has imported."""
        query = urlencode(
            {
                "imported": "false",
                "status": ",".join(statuses),
                "created_at_min": since.isoformat(),
                "created_at_max": until.isoformat(),
                "sort": "id",
                "since_id": since_id,
                "per_page": PER_PAGE,
            }
        )
        return [webstore_orders.parse_order(d) for d in await self._call("GET", f"/orders?{query}", name="/orders")]

    async def orders_placed(self, since: datetime, until: datetime, since_id: int) -> list[ShopOrder]:
        """The next page, by id, of all orders placed in a period."""
        query = urlencode(
            {
                "created_at_min": since.isoformat(),
                "created_at_max": until.isoformat(),
                "sort": "id",
                "since_id": since_id,
                "per_page": PER_PAGE,
            }
        )
        return [webstore_orders.parse_order(d) for d in await self._call("GET", f"/orders?{query}", name="/orders")]

    async def refer(self, order_id: int, erp_id: str, number: str, moment: datetime) -> None:
        """Tell that an order was imported; the same again changes nothing, another one is refused."""
        document = {
            "system": "olist_erp",
            "id": erp_id,
            "number": number or None,
            "imported_at": moment.isoformat(timespec="seconds"),
        }
        name = "/orders/{id}/external-reference"
        await self._call("PUT", f"/orders/{order_id}/external-reference", document, name=name)

    async def set_status(
        self, order_id: int, status: str, *, notify: bool, shipment: Shipment | None = None, reason: str | None = None
    ) -> None:
        """Move an order; `notify` says whether the shop writes to the buyer, `reason` is a cancellation's."""
        document = webstore_orders.status_document(status, shipment, reason, notify=notify)
        await self._call("PUT", f"/orders/{order_id}/status", document, name="/orders/{id}/status")

    async def set_shipment(self, order_id: int, shipment: Shipment) -> None:
        document = webstore_orders.shipment_document(shipment)
        await self._call("PUT", f"/orders/{order_id}/shipment", document, name="/orders/{id}/shipment")

    async def set_invoice(self, order_id: int, paper: Paper, danfe_url: str, *, replaces: bool) -> None:
        """Tell an order's invoice; the same again changes nothing, another one is refused unless it replaces."""
        document = webstore_orders.invoice_document(paper, danfe_url, replaces=replaces)
        await self._call("PUT", f"/orders/{order_id}/invoice", document, name="/orders/{id}/invoice")

    async def _call(self, method: str, path: str, document: Any = None, *, name: str = "", units: int = 1) -> Any:
        request = webstore.request(method, path, self._token, document, name=name or path, units=units)
        async with self._pacer.call(self._store_id, request.units):
            response = await self._transport.send(self._base, request)
            self._pacer.heard(self._store_id, webstore.remaining(response))
        return webstore.decipher(response)
