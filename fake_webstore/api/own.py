"""The store itself, the app's settings and its subscriptions (§4.2, 5, 11.2)."""

from __future__ import annotations

from collections.abc import Iterable

from fake_webstore import settings, views, webhooks
from fake_webstore.api import paging
from fake_webstore.api.call import Answer, Call, Endpoint
from fake_webstore.errors import ApiError, Detail
from fake_webstore.events import EVENTS, scope_for


def get_store(call: Call) -> Answer:
    return Answer(document=views.shop(call.store))


def get_settings(call: Call) -> Answer:
    return Answer(document=settings.document(call.world, call.store))


def patch_settings(call: Call) -> Answer:
    settings.report(call.world, call.store, call.document)
    return get_settings(call)


def require_scopes(call: Call, events: Iterable[object]) -> None:
    """A subscription needs the scope of each of its events (§3.3)."""
    needed = {scope_for(event) for event in events if isinstance(event, str) and event in EVENTS}
    if missing := sorted(needed - set(call.installation.scopes)):
        raise insufficient_scope(missing[0])


def insufficient_scope(scope: str) -> ApiError:
    return ApiError(403, "insufficient_scope", [Detail(None, "insufficient_scope", f"The call needs {scope}.")])


def list_webhooks(call: Call) -> Answer:
    mine = [
        s for s in call.store.webhooks.values() if {scope_for(e) for e in s.events} <= set(call.installation.scopes)
    ]
    return paging.page_of(call, "/webhooks", mine, webhooks.document)


def post_webhook(call: Call) -> Answer:
    events = call.document.get("events") if isinstance(call.document, dict) else None
    require_scopes(call, events if isinstance(events, list) else [])
    made = webhooks.subscribe(call.world, call.store, call.document)
    location = f"{call.api_url}/stores/{call.store.id}/webhooks/{made.id}"
    return Answer(
        document={**webhooks.document(made), "secret": made.secret}, status=201, headers={"Location": location}
    )


def _mine(call: Call) -> webhooks.Subscription:
    found = webhooks.find(call.store, call.id())
    require_scopes(call, found.events)
    return found


def get_webhook(call: Call) -> Answer:
    return Answer(document=webhooks.document(_mine(call)))


def delete_webhook(call: Call) -> Answer:
    found = _mine(call)
    del call.store.webhooks[found.id]
    found.active = False
    call.world.courier.forget(found.id)
    return Answer(status=204)


def list_deliveries(call: Call) -> Answer:
    """The last 100 attempts, newest first."""
    attempts = list(reversed(_mine(call).attempts))
    return paging.page_of(call, f"/webhooks/{call.id()}/deliveries", attempts, lambda attempt: attempt)


_SECRET = frozenset({"erp_token", "stock_webhook_url"})
ENDPOINTS = (
    Endpoint(method="GET", path="", scope=None, handle=get_store),
    Endpoint(method="GET", path="/apps/erp/settings", scope="app_settings", handle=get_settings),
    Endpoint(
        method="PATCH", path="/apps/erp/settings", scope="app_settings", handle=patch_settings, secret_keys=_SECRET
    ),
    Endpoint(method="GET", path="/webhooks", scope=None, handle=list_webhooks, query=paging.PARAMETERS),
    Endpoint(method="POST", path="/webhooks", scope=None, handle=post_webhook),
    Endpoint(method="GET", path="/webhooks/{id}", scope=None, handle=get_webhook),
    Endpoint(method="DELETE", path="/webhooks/{id}", scope=None, handle=delete_webhook),
    Endpoint(
        method="GET", path="/webhooks/{id}/deliveries", scope=None, handle=list_deliveries, query=paging.PARAMETERS
    ),
)
