"""One attempt at a delivery, and the probing of an address: record, send, note what came back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp

from fake_erp.deliveries import Delivery
from scenarios.harness.journal import Journal, mask_url

# How long the ERP waits is not documented (stock webhook §1). Socket time-outs stay in the loop's time.
ANSWER_WITHIN = aiohttp.ClientTimeout(total=15)

# What was seen when an address is saved; GET decides, the POST has an empty body (stock webhook §1, observed).
_PROBES = ("GET", "HEAD", "OPTIONS", "POST")
_MOST_OF_ANSWER = 256 * 1024
_SHOWN_OF_ANSWER = 1000

Result = int | str


class Sender:
    """Sends for one world and keeps its one client session."""

    def __init__(self, journal: Journal, address_of: Callable[[Delivery], str]) -> None:
        self._journal = journal
        self._address_of = address_of
        self._session: aiohttp.ClientSession | None = None

    def record(self, delivery: Delivery, fault: str | None) -> dict[str, Any]:
        """Put an attempt on record before it is made. Raises JournalFull."""
        entry = self._journal.append(
            "webhook",
            delivery=delivery.id,
            tipo=delivery.tipo,
            channel=delivery.channel,
            url=self.masked(delivery),
            attempt=len(delivery.attempts) + 1,
            dados=delivery.content,
            fault=fault,
            status=None,
        )
        attempt = {"at": entry["at"], "url": entry["url"], "fault": fault, "status": None, "answer": ""}
        delivery.attempts.append(attempt)
        return entry

    async def send(self, delivery: Delivery, fault: str | None) -> tuple[Result, bytes]:
        """The status of the answer, or why there was none, and the answer's body. Raises JournalFull."""
        entry = self.record(delivery, fault)
        headers = {"Content-Type": delivery.content_type}
        result, body = await self._request("POST", self._address_of(delivery), delivery.body, headers)
        entry["status"] = delivery.attempts[-1]["status"] = result
        delivery.attempts[-1]["answer"] = body[:_SHOWN_OF_ANSWER].decode("utf-8", "replace")
        return result, body

    async def probe(self, address: str) -> bool:
        """Whether a GET of this address is answered 200."""
        results = {}
        for method in _PROBES:
            entry = self._journal.append("probe", method=method, url=mask_url(address), status=None)
            results[method], _ = await self._request(method, address, b"", {})
            entry["status"] = results[method]
            if results["GET"] != 200:
                return False
        return True

    def masked(self, delivery: Delivery) -> str:
        address = self._address_of(delivery)
        return mask_url(address) if address else ""

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _request(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> tuple[Result, bytes]:
        if not address:
            return "no_address", b""
        if self._session is None:
            # Idle connections are the receiver's to close: aiohttp would count on the wall, also in virtual time.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=None),
                timeout=ANSWER_WITHIN,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        try:
            # Redirects are not followed (stock webhook §1).
            async with self._session.request(
                method, address, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await answer.content.read(_MOST_OF_ANSWER)
        except TimeoutError:
            return "timeout", b""
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return type(error).__name__, b""
