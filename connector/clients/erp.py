"""The ERP's services, one method each (erp-products, erp-transport §5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from connector.clients.pacer import ErpPacer
from connector.clients.transport import NotSent, Transport
from connector.core.catalogue import ListingPage
from connector.core.errors import Doubtful, QuotaUsedUp, Throttled, Transient
from connector.core.invoices import Invoice
from connector.core.orders import ErpOrder, Found
from connector.core.purpose import Purpose
from connector.core.reasons import Reason
from connector.wire import erp, erp_feed, erp_invoices, erp_order_document, erp_orders, erp_records
from connector.wire.erp_feed import Changes, FeedList
from connector.wire.erp_orders import ChangedPage, DayPage, ErpOrderState, Inserted
from connector.wire.erp_records import Account
from connector.wire.exchange import Request, Response

_BRASILIA = ZoneInfo("America/Sao_Paulo")

T = TypeVar("T")
Step = Callable[[], Awaitable[None]]


class ErpClient:
    """Calls for one company with one token, at one priority and for one purpose."""

    def __init__(
        self,
        transport: Transport,
        pacer: ErpPacer,
        base: str,
        token: str,
        company: str,
        priority: int,
        purpose: Purpose,
    ) -> None:
        self._transport = transport
        self._pacer = pacer
        self._base = base
        self._token = token
        self._company = company
        self._priority = priority
        self._purpose = purpose

    async def account(self) -> Account:
        """The company behind the token."""
        content = await self._call("info.php")
        return erp_records.parse_account(content or {})

    async def listing(self, page: int) -> ListingPage:
        """A page of all products, active and inactive."""
        request = erp.request("produtos.pesquisa.php", self._token, pesquisa="", pagina=str(page))
        response = await self._send(request)
        content = await self._deciphered(response, lambda answer: erp.decipher_page(answer, page))
        return erp_records.parse_listing(content, page)

    async def product_record(self, erp_id: str) -> dict[str, Any] | None:
        """The raw record of a product or variation; None if there is none."""
        content = await self._call("produto.obter.php", id=erp_id)
        return None if content is None else dict(erp_records.product_record(content))

    async def stock_record(self, erp_id: str) -> dict[str, Any] | None:
        """The raw balance of a product or variation; None if there is none."""
        content = await self._call("produto.obter.estoque.php", id=erp_id)
        return None if content is None else dict(erp_records.product_record(content))

    async def changes(
        self, which: FeedList, since: datetime, *, asking: Step, answered: Callable[[Response], Awaitable[None]]
    ) -> Changes:
        """What a list of changes hands out, and erases.

        `asking` is awaited before the call is made, when leave is given; `answered` with the raw answer before
        anything else is done with it.
        """
        request = erp_feed.request(which, self._token, since)
        async with self._pacer.call(self._company, self._priority, request.name, self._purpose) as leave:
            await asking()
            response = await self._transport.send(self._base, request)
            leave.limit = erp.calls_per_minute(response)
            await answered(response)
        return await self._deciphered(response, erp_feed.parse)

    async def insert_order(self, wanted: ErpOrder, integrator_id: str | None, *, asking: Step) -> Inserted:
        """Insert a sales order; `asking` is awaited before the call is made, when leave is given.

        Raises Doubtful wherever it may have been written without our knowing.
        """
        document = erp_order_document.order_document(wanted, integrator_id)
        request = erp.request("pedido.incluir.php", self._token, pedido=document)
        response = await self._send_write(request, asking)
        return erp_orders.parse_inserted(await self._deciphered(response, erp.decipher_write))

    async def orders_with_number(self, number: str) -> list[str]:
        """ERP ids of the orders that a search by the shop's number brings."""
        return erp_orders.parse_hits(await self._call("pedidos.pesquisa.php", numeroEcommerce=number), number)

    async def found_order(self, erp_id: str) -> Found | None:
        """An order, to see whose it is."""
        content = await self._call("pedido.obter.php", id=erp_id)
        return None if content is None else erp_orders.parse_found(content)

    async def order_state(self, erp_id: str) -> ErpOrderState | None:
        """How far an order has come."""
        content = await self._call("pedido.obter.php", id=erp_id)
        return None if content is None else erp_orders.parse_state(content)

    async def orders_changed(self, since: datetime, page: int) -> ChangedPage:
        """A page of the orders changed since then, in Brasília's time."""
        text = since.astimezone(_BRASILIA).strftime("%d/%m/%Y %H:%M:%S")
        content = await self._call("pedidos.pesquisa.php", dataAtualizacao=text, pagina=str(page))
        return erp_orders.parse_changed(content)

    async def orders_of_day(self, day: date, page: int) -> DayPage:
        """A page of the orders of one day."""
        text = day.strftime("%d/%m/%Y")
        content = await self._call("pedidos.pesquisa.php", dataInicial=text, dataFinal=text, pagina=str(page))
        return erp_orders.parse_day(content)

    async def invoice(self, invoice_id: str) -> Invoice | None:
        """An invoice; None if there is none."""
        content = await self._call("nota.fiscal.obter.php", id=invoice_id)
        return None if content is None else erp_invoices.parse_invoice(content)

    async def invoice_link(self, invoice_id: str) -> str:
        """The address of an invoice's printable page, empty where there is none."""
        content = await self._call("nota.fiscal.obter.link.php", id=invoice_id)
        return "" if content is None else erp_invoices.parse_link(content)

    async def change_situation(self, erp_id: str, situation: str) -> None:
        """Set an order's situation; the same again changes nothing."""
        await self._call("pedido.alterar.situacao", id=erp_id, situacao=erp_order_document.situation_code(situation))

    async def _send_write(self, request: Request, asking: Step) -> Response:
        """Send what must happen once. Raises Doubtful where the bytes may have arrived."""
        async with self._pacer.call(self._company, self._priority, request.name, self._purpose) as leave:
            await asking()
            try:
                response = await self._transport.send(self._base, request)
            except NotSent:
                raise
            except Transient as error:
                raise Doubtful(Reason.ORDER_IN_DOUBT, error.detail) from error
            leave.limit = erp.calls_per_minute(response)
        return response

    async def _call(self, service: str, **parameters: str) -> Mapping[str, Any] | None:
        response = await self._send(erp.request(service, self._token, **parameters))
        return await self._deciphered(response, erp.decipher)

    async def _send(self, request: Request) -> Response:
        async with self._pacer.call(self._company, self._priority, request.name, self._purpose) as leave:
            response = await self._transport.send(self._base, request)
            leave.limit = erp.calls_per_minute(response)
        return response

    async def _deciphered(self, response: Response, decipher: Callable[[Response], T]) -> T:
        """Read an answer; where the ERP says "too much", nobody calls for a while."""
        try:
            return decipher(response)
        except Throttled as error:
            await self._pacer.rest(self._company, error.retry_after or 60.0, isinstance(error, QuotaUsedUp))
            raise
