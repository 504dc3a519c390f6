"""The ERP's services, one method each (erp-products, erp-transport §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.clients.pacer import ErpPacer
from connector.clients.transport import Transport
from connector.core.catalogue import ListingPage
from connector.core.errors import Throttled
from connector.wire import erp, erp_records
from connector.wire.erp_records import Account


class ErpClient:
    """Calls for one company with one token, at one priority."""

    def __init__(
        self, transport: Transport, pacer: ErpPacer, base: str, token: str, company: str, priority: int
    ) -> None:
        self._transport = transport
        self._pacer = pacer
        self._base = base
        self._token = token
        self._company = company
        self._priority = priority

    async def account(self) -> Account:
        """The company behind the token."""
        content = await self._call("info.php")
        return erp_records.parse_account(content or {})

    async def listing(self, page: int) -> ListingPage:
        """A page of all products, active and inactive."""
        return erp_records.parse_listing(await self._call("produtos.pesquisa.php", pesquisa="", pagina=str(page)), page)

    async def product_record(self, erp_id: str) -> dict[str, Any] | None:
        """The raw record of a product or variation; None if there is none."""
        content = await self._call("produto.obter.php", id=erp_id)
        return None if content is None else dict(erp_records.product_record(content))

    async def stock_record(self, erp_id: str) -> dict[str, Any] | None:
        """The raw balance of a product or variation; None if there is none."""
        content = await self._call("produto.obter.estoque.php", id=erp_id)
        return None if content is None else dict(erp_records.product_record(content))

    async def _call(self, service: str, **parameters: str) -> Mapping[str, Any] | None:
        request = erp.request(service, self._token, **parameters)
        async with self._pacer.call(self._company, self._priority, service) as leave:
            response = await self._transport.send(self._base, request)
            leave.limit = erp.calls_per_minute(response)
        try:
            return erp.decipher(response)
        except Throttled as error:
            await self._pacer.pause(self._company, error.retry_after or 60.0)
            raise
