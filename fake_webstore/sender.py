"""One attempt at a delivery: sign, record, post, list (§11.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from fake_webstore.formats import time_text
from fake_webstore.signature import sign
from scenarios.harness.clock import WorldClock
from scenarios.harness.journal import Journal

if TYPE_CHECKING:
    from fake_webstore.webhooks import Delivery

ANSWER_WITHIN = aiohttp.ClientTimeout(total=5)
# Beyond the 300 seconds that a receiver allows.
_OLD = 600


def is_success(result: int | str) -> bool:
    """Anything but 2xx is a failure (§11.4)."""
    return isinstance(result, int) and 200 <= result < 300


class Sender:
    """Posts deliveries for one world and keeps its one client session."""

    def __init__(self, clock: WorldClock, journal: Journal, uuid: Callable[[], str]) -> None:
        self._clock = clock
        self._journal = journal
        self._uuid = uuid
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery, fault: str | None, wait: timedelta | None) -> int | str:
        """The status of the answer, or the reason why there was none. Raises JournalFull before sending."""
        delivery_id = self._uuid()
        started = self._clock.now()
        entry = self._journal.append("webhook", **_facts(delivery), delivery=delivery_id, fault=fault, status=None)
        result = await self._post(delivery, self._headers(delivery, delivery_id, started, fault))
        entry["status"] = result
        delivery.to.attempts.append(_line(delivery, delivery_id, started, result, wait))
        return result

    def record_loss(self, delivery: Delivery) -> None:
        """An event that never leaves, by order of a fault."""
        self._journal.append("webhook", **_facts(delivery), delivery=None, fault="drop", status=None)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _headers(self, delivery: Delivery, delivery_id: str, at: datetime, fault: str | None) -> dict[str, str]:
        timestamp = int(at.timestamp()) - (_OLD if fault == "old_timestamp" else 0)
        secret = delivery.to.secret + ("-wrong" if fault == "wrong_signature" else "")
        return {
            "Content-Type": "application/json",
            "User-Agent": "Webstore-Webhooks/1 (fake)",
            "X-Webstore-Event": delivery.event,
            "X-Webstore-Store-Id": str(delivery.to.store_id),
            "X-Webstore-Delivery": delivery_id,
            "X-Webstore-Attempt": str(delivery.attempt),
            "X-Webstore-Timestamp": str(timestamp),
            "X-Webstore-Hmac-SHA256": sign(secret, timestamp, delivery.body),
        }

    async def _post(self, delivery: Delivery, headers: dict[str, str]) -> int | str:
        if self._session is None:
            # Idle connections are the receiver's to close: aiohttp would count on the wall, also in virtual time.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=None),
                timeout=ANSWER_WITHIN,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        address = delivery.to.url
        try:
            async with self._session.post(address, data=delivery.body, headers=headers, allow_redirects=False) as got:
                return got.status
        except TimeoutError:
            return "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return type(error).__name__


def _facts(delivery: Delivery) -> dict[str, object]:
    return {
        "store_id": delivery.to.store_id,
        "webhook_id": delivery.to.id,
        "url": delivery.to.url,
        "event": delivery.event,
        "event_id": delivery.event_id,
        "attempt": delivery.attempt,
        "resource": delivery.resource,
    }


def _line(
    delivery: Delivery, delivery_id: str, started: datetime, result: int | str, wait: timedelta | None
) -> dict[str, object]:
    """What `GET /webhooks/{id}/deliveries` shows of an attempt; its fields are our design."""
    again = wait if not is_success(result) and result != 410 else None
    return {
        "id": delivery_id,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "attempt": delivery.attempt,
        "attempted_at": time_text(started),
        "status": "delivered" if is_success(result) else "failed" if again else "dead",
        "response_status": result if isinstance(result, int) else None,
        "error": None if isinstance(result, int) else result,
        "next_attempt_at": time_text(started + again) if again else None,
    }
