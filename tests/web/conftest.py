"""The connector beside the fakes in real time, with the app installed in a store."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.demo.merchant import Merchant
from connector.store import inbox
from scenarios.runner.stage import Stage


@pytest.fixture
def database_url() -> str | None:
    """The connector's database, where it is not a file of the test's own."""
    return None


@pytest.fixture
async def installed(database_url: str | None, stage: Callable[..., Awaitable[Stage]]) -> Stage:
    """A store that has installed the app and whose events the connector can check; no token yet."""
    opened = await stage(database_url=database_url)
    merchant = opened.merchant()
    await merchant.log_in()
    await merchant.install()
    await until_subscribed(opened)
    return opened


async def until_subscribed(stage: Stage) -> None:
    async def subscribed() -> bool:
        return (await stage.store()).subscription_secret is not None

    await stage.until(subscribed, "the subscription")


@pytest.fixture
def kept(installed: Stage) -> Callable[[str], Awaitable[int]]:
    """How many messages of a source are in the inbox."""

    async def count(source: str) -> int:
        return await installed.product.env.db.read(inbox.count, installed.store_id(), source)

    return count


@pytest.fixture
def signed(installed: Stage) -> Callable[..., Awaitable[tuple[bytes, dict[str, str]]]]:
    """The body and headers of an event as the shop sends it (webstore-api §11.3)."""

    async def make(event: str = "order.paid", event_id: str = "e-1", seconds_ago: float = 0) -> Any:
        secret = installed.product.env.vault.open((await installed.store()).subscription_secret or "")
        body = json.dumps({"event_id": event_id, "event": event, "version": 1}).encode()
        timestamp = str(int(installed.clock.now().timestamp() - seconds_ago))
        digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return body, {
            "X-Webstore-Event": event,
            "X-Webstore-Store-Id": str(installed.store_id()),
            "X-Webstore-Timestamp": timestamp,
            "X-Webstore-Hmac-SHA256": f"sha256={digest}",
        }

    return make


@pytest.fixture
async def page(installed: Stage) -> Merchant:
    """The merchant at the connector's own page."""
    merchant = installed.merchant()
    await merchant.log_in()
    await merchant.open_connector()
    assert merchant.status == 200
    return merchant


@pytest.fixture
def link(installed: Stage) -> Callable[..., str]:
    """A link to the merchant's page, signed as the panel signs it unless told otherwise."""

    def make(*, expires_in: float = 60, store: object = None, secret: str | None = None, **altered: object) -> str:
        number = installed.store_id() if store is None else store
        expires = int(installed.clock.now().timestamp() + expires_in)
        key = installed.shop.app.client_secret if secret is None else secret
        signature = hmac.new(key.encode(), f"{number}.{expires}".encode(), hashlib.sha256).hexdigest()
        query = {"store_id": number, "expires": expires, "signature": signature, **altered}
        return f"{installed.url}/app/entrar?{urlencode(query)}"

    return make
