"""The API of the platform and the messages that it sends, as OpenAPI 3.1 (§6.1), made of the schemas of both."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import orjson

from fake_webstore.api.call import Endpoint
from fake_webstore.api.routes import ENDPOINTS
from fake_webstore.events import EVENTS
from fake_webstore.orders import listing
from scenarios.harness.openapi import NUMBER, TEXT, VERSION, Schema, components, reference

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"

# Of each endpoint: what it takes, what it answers; a name in brackets is a list.
SHAPES: dict[str, tuple[str, str]] = {
    "GET /": ("", "Store"),
    "GET /apps/erp/settings": ("", "AppSettings"),
    "PATCH /apps/erp/settings": ("AppSettingsPatch", "AppSettings"),
    "GET /products": ("", "[Product]"),
    "GET /products/{id}": ("", "Product"),
    "GET /products/by-code/{code}": ("", "Product"),
    "PUT /products/by-code/{code}": ("ProductWrite", "Product"),
    "PATCH /products/{id}": ("ProductWrite", "Product"),
    "DELETE /products/{id}": ("", ""),
    "GET /products/{id}/images": ("", "[Image]"),
    "PUT /products/{id}/images": ("ImageList", "[Image]"),
    "GET /categories": ("", "[Category]"),
    "GET /products/{id}/stock": ("", "StockBalance"),
    "PUT /products/{id}/stock": ("StockWrite", "StockBalance"),
    "PUT /products/{id}/variants/{variant_id}/stock": ("StockWrite", "StockBalance"),
    "POST /stock/batch": ("StockBatch", "StockBatchResult"),
    "GET /orders": ("", "[Order]"),
    "GET /orders/{id}": ("", "Order"),
    "GET /orders/{id}/history": ("", "[HistoryLine]"),
    "PUT /orders/{id}/status": ("StatusWrite", "Order"),
    "PUT /orders/{id}/shipment": ("ShipmentWrite", "Order"),
    "PUT /orders/{id}/invoice": ("InvoiceWrite", "Order"),
    "PUT /orders/{id}/external-reference": ("ExternalReferenceWrite", "Order"),
    "GET /webhooks": ("", "[Webhook]"),
    "POST /webhooks": ("WebhookCreate", "Webhook"),
    "GET /webhooks/{id}": ("", "Webhook"),
    "DELETE /webhooks/{id}": ("", ""),
    "GET /webhooks/{id}/deliveries": ("", "[Delivery]"),
}
_CREATES = frozenset({"PUT /products/by-code/{code}", "POST /webhooks"})
_ONLY_CREATES = frozenset({"POST /webhooks"})

_SHARED = {
    "BadRequest": "400: `malformed_json`, `missing_user_agent`, `bad_request`.",
    "Unauthorized": "401: `missing_token`, `invalid_token`, `token_revoked`.",
    "Suspended": "402: `store_suspended`.",
    "Forbidden": "403: `insufficient_scope`, `wrong_store`.",
    "NotFound": "404: `not_found`.",
    "MethodNotAllowed": "405: `method_not_allowed`.",
    "Conflict": "409: resolve by reading.",
    "Closed": "410: `store_closed`.",
    "TooLarge": "413: `payload_too_large`.",
    "UnsupportedMediaType": "415: `unsupported_media_type`.",
    "Unprocessable": "422: `validation_failed`, with the wrong fields in `details`.",
    "TooManyRequests": "429: `rate_limited`, with `Retry-After`.",
    "Maintenance": "503: `maintenance`, with `Retry-After`.",
}
_LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


@cache
def api() -> bytes:
    """The document as JSON."""
    paths: dict[str, Any] = {"/{world}/oauth/token": _token(), "/{world}/api/v1/installations": _installations()}
    for endpoint in ENDPOINTS:
        path = f"/{{world}}/api/v1/stores/{{store_id}}{endpoint.path}"
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    error = {"schema": reference("Error")}
    document = {
        "openapi": VERSION,
        "info": {"title": "Fake Webstore", "version": "1", "description": "A stand-in for the Webstore platform."},
        "paths": paths,
        "webhooks": {event: {"post": _message(event)} for event in EVENTS},
        "components": {
            "schemas": components("webstore"),
            "responses": {name: {"description": text, "content": {_JSON: error}} for name, text in _SHARED.items()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "app": {"type": "http", "scheme": "basic"},
            },
        },
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    taken, answered = SHAPES[endpoint.name]
    headers = {name: {"schema": NUMBER} for name in _LIMITS}
    success: dict[str, Any] = {"description": "Done.", "headers": headers}
    if answered:
        success["content"] = {_JSON: {"schema": _schema(answered)}}
    statuses = ["204"] if not answered else [] if endpoint.name in _ONLY_CREATES else ["200"]
    statuses += ["201"] if endpoint.name in _CREATES else []
    refusals = [name for name in _SHARED if endpoint.takes_body or name not in ("TooLarge", "UnsupportedMediaType")]
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", endpoint.name).strip("_"),
        "security": [{"bearer": []}],
        "parameters": [*_placed(endpoint.path), *_asked(endpoint)],
        "responses": {
            **dict.fromkeys(statuses, success),
            **{_SHARED[name][:3]: {"$ref": f"#/components/responses/{name}"} for name in refusals},
        },
    }
    if endpoint.scope:
        operation["description"] = f"Scope `{endpoint.scope}`."
    if taken:
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": reference(taken)}}}
    return operation


def _schema(name: str) -> Schema:
    return {"type": "array", "items": reference(name[1:-1])} if name.startswith("[") else reference(name)


def _placed(path: str) -> list[dict[str, Any]]:
    """World, store and what the path itself names, with the header that every call needs (§2)."""
    names = ["world", "store_id", *re.findall(r"\{(\w+)\}", path)]
    shapes: dict[str, Schema] = {"world": TEXT, "code": {"type": "string", "minLength": 1, "maxLength": 60}}
    number: Schema = {"type": "integer", "minimum": 0}
    placed = [{"name": name, "in": "path", "required": True, "schema": shapes.get(name, number)} for name in names]
    agent = {"type": "string", "minLength": 1, "description": "The app and a contact."}
    return [*placed, {"name": "User-Agent", "in": "header", "required": True, "schema": agent}]


_MOMENT: Schema = {"type": "string", "format": "date-time"}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_QUERY: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 1},
    "per_page": {"type": "integer", "minimum": 1, "maximum": 200},
    "active": {"enum": ["true", "false"]},
    "imported": {"enum": ["true", "false"]},
    "since_id": _WHOLE,
    "variant_id": {"type": "integer", "minimum": 1},
    "number": {"type": "integer", "minimum": 1},
    **dict.fromkeys(("created_at_min", "created_at_max", "updated_at_min", "updated_at_max"), _MOMENT),
}


def _asked(endpoint: Endpoint) -> list[dict[str, Any]]:
    sort = {"enum": ["-id", "id", "updated_at"] if endpoint.query >= listing.PARAMETERS else ["id", "updated_at"]}
    shapes = {**_QUERY, "sort": sort}
    return [{"name": name, "in": "query", "schema": shapes.get(name, TEXT)} for name in sorted(endpoint.query)]


def _token() -> dict[str, Any]:
    error = {"content": {_JSON: {"schema": reference("OAuthError")}}}
    content = {kind: {"schema": reference("TokenRequest")} for kind in (_JSON, _FORM)}
    return {
        "post": {
            "operationId": "token",
            "parameters": [{"name": "world", "in": "path", "required": True, "schema": TEXT}],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "200": {"description": "A token.", "content": {_JSON: {"schema": reference("Token")}}},
                **{status: {"description": "Refused, in the OAuth form.", **error} for status in ("400", "401")},
            },
        }
    }


def _installations() -> dict[str, Any]:
    listed = {"schema": _schema("[Installation]")}
    return {
        "get": {
            "operationId": "installations",
            "security": [{"app": []}],
            "parameters": [{"name": "world", "in": "path", "required": True, "schema": TEXT}],
            "responses": {
                "200": {"description": "Every store that has the app.", "content": {_JSON: listed}},
                "401": {"$ref": "#/components/responses/Unauthorized"},
            },
        }
    }


def _message(event: str) -> dict[str, Any]:
    return {
        "summary": event,
        "requestBody": {"content": {_JSON: {"schema": reference("WebhookEvent")}}},
        "responses": {"2XX": {"description": "Taken."}, "default": {"description": "Sent again later."}},
    }
