"""This fake's API and control door as OpenAPI 3.1, made of the same schemas that the tests hold its answers against."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

import schemas
from fake_erp import editing, faults, invoices, quotation, registering, settings
from fake_erp.api import PREFIX
from fake_erp.attempt import LIMIT_HEADER
from fake_erp.plans import PLANS
from fake_erp.services import SERVICES
from fake_erp.services.service import Service
from fake_erp.settings import ACCOUNT_ADDRESSES, WEBHOOK_ADDRESSES
from fake_erp.shipping import SEPARATION_STATES
from fake_erp.situations import DESCRIPTIONS
from fake_erp.stock import BALANCE, IN, OUT
from scenarios.harness.openapi import (
    AMOUNT,
    LIST,
    NUMBER,
    NUMBERED,
    SWITCH,
    TEXT,
    VERSION,
    Operation,
    Schema,
    components,
    door_document,
    fields,
    reference,
)

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_ABOUT = (
    "A stand-in for the Olist (Tiny) ERP, API 2.0. Every refusal is HTTP 200 with the reason in `retorno`. Fields may "
    "also come in the query, in both, or as multipart; without `formato=json` the answer is XML, but for "
    "the category tree and prices."
)


@cache
def api() -> bytes:
    """The API, the freight quotation and the messages that the ERP sends, as a JSON document."""
    paths: dict[str, Any] = {}
    for service in SERVICES.values():
        for number, name in enumerate(service.names):
            paths[f"{PREFIX}{name}"] = {"post": _of_service(service, name, number)}
    paths[quotation.PATH.replace(":[0-9]{1,15}", "")] = {"post": _quotation()}
    document = {
        "openapi": VERSION,
        "info": {"title": "Fake ERP", "version": "2.0", "description": _ABOUT},
        "paths": paths,
        "webhooks": _messages(),
        "components": {"schemas": components("erp")},
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _stem(service: Service) -> str:
    """The name of a service in the names of its schemas."""
    return service.name.removesuffix(".php").replace("/", ".")


def _of_service(service: Service, name: str, number: int) -> dict[str, Any]:
    stem = _stem(service)
    request = reference(f"{stem}.request")
    answered = {
        "description": "Carried out, or refused with a code.",
        "headers": {LIMIT_HEADER: {"description": "Calls a minute; missing without an account.", "schema": NUMBER}},
        "content": {_JSON: {"schema": {"anyOf": [reference(f"{stem}.answer"), reference("erro.answer")]}}},
    }
    operation: dict[str, Any] = {
        "operationId": f"{stem}{number or ''}",
        "summary": name,
        "responses": {"200": answered},
    }
    if service.batch:
        operation["description"] = "Counts among the few batch calls of a minute."
    content = {_FORM: {"schema": request}}
    if service.json_body:
        # What is not in the body stands in the query then.
        content[_JSON] = {"schema": reference(f"{stem}.body.request")}
        named = schemas.load(f"erp/{stem}.request")["properties"]
        operation["parameters"] = [
            {"name": each, "in": "query", "schema": {"$ref": f"{request['$ref']}/properties/{each}"}}
            for each, shape in named.items()
            if "contentMediaType" not in shape
        ]
    return operation | {"requestBody": {"required": True, "content": content}}


def _quotation() -> dict[str, Any]:
    parameters = [
        {"name": "integration", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}},
        {"name": "Token", "in": "header", "schema": {"type": "string", "description": "The integration's own."}},
    ]
    error = {"type": "object", "properties": {"error": TEXT}}
    plain = {"schema": {"const": "token invalido"}}
    return {
        "summary": "Freight quotation",
        "parameters": parameters,
        "requestBody": {"required": True, "content": {_JSON: {"schema": reference("cotacao.request")}}},
        "responses": {
            "200": {
                "description": "Quoted; a wrong token is told in plain text.",
                "content": {_JSON: {"schema": reference("cotacao.answer")}, "text/plain": plain},
            },
            "400": {"description": "Refused.", "content": {_JSON: {"schema": error}}},
        },
    }


def _messages() -> dict[str, Any]:
    names = [*(f"webhook.{tipo}" for tipo in WEBHOOK_ADDRESSES.values())]
    names += [f"webhook.conta.{tipo}" for tipo in ACCOUNT_ADDRESSES]
    return {
        name: {
            "post": {
                "requestBody": {"content": {_JSON: {"schema": reference(name)}}},
                "responses": {"200": {"description": "Taken; anything else is tried again."}},
            }
        }
        for name in names
    }


@cache
def door() -> bytes:
    """The control door, as a JSON document."""
    return orjson.dumps(door_document("Control door of the fake ERP", _OPERATIONS), option=orjson.OPT_INDENT_2)


_ID: Schema = {"description": "A number or its digits.", "type": ["integer", "string"]}
_ONE = "/worlds/{world}"
_ANYTHING: Schema = {}


def _operation(method: str, path: str, says: str, body: Schema | None = None, **more: Any) -> Operation:
    return Operation(method=method, path=path, says=says, body=body, **more)


def _product(names: frozenset[str], *required: str) -> Schema:
    """Under the ERP's names; the values are checked as the ERP's own screen does."""
    return fields(*required, **dict.fromkeys(sorted(names), _ANYTHING))


_CONTACT = fields(
    "nome", **dict.fromkeys((*registering.SIZES, "situacao", "tipos_contato", "pessoas_contato"), _ANYTHING)
)
_MOVEMENT = fields(
    "idProduto",
    idProduto=_ID,
    tipo={"enum": [BALANCE, IN, OUT]},
    quantidade=AMOUNT,
    deposito=TEXT,
    saldoReservado=AMOUNT,
    avisar={"type": "boolean"},
)
_MAPPING = fields(
    *("idProduto", "skuMapeamento"),
    idProduto=_ID,
    skuMapeamento=TEXT,
    skuMapeamentoPai=TEXT,
    idEcommerce=NUMBER,
)
_TRACKING = fields(
    **dict.fromkeys(("codigoRastreamento", "urlRastreamento", "transportadora", "formaEnvio", "formaFrete"), TEXT)
)

_OPERATIONS = (
    _operation("GET", "/openapi/api.json", "The API as OpenAPI."),
    _operation("GET", "/openapi/door.json", "This control door as OpenAPI."),
    _operation("POST", "/worlds", "Make an account.", settings.schema(settings.AT_CREATION, "name"), status=201),
    _operation("GET", _ONE, "An account, with its token."),
    _operation(
        *("PATCH", _ONE, "Change settings; addresses are probed unless `probe` is false."),
        fields(**settings.schema(settings.CHANGEABLE)["properties"], probe=SWITCH),
    ),
    _operation("GET", f"{_ONE}/snapshot", "The whole account as one document, with its token."),
    _operation(
        *("POST", "/snapshots", "Make an account of what was saved."),
        fields("snapshot", snapshot={"type": "object"}, name=TEXT, token=TEXT),
        status=201,
    ),
    _operation("GET", f"{_ONE}/statistics", "Counts of calls by service and minute, refusals and deliveries."),
    _operation(
        "GET", "/journal", "Calls that belong to no account.", query={"since": NUMBER, "kind": TEXT, "limit": NUMBER}
    ),
    _operation("GET", f"{_ONE}/products", "Products as they truly are.", query=LIST),
    _operation("POST", f"{_ONE}/products", "Add a product.", _product(editing.ON_CREATION, "nome"), status=201),
    _operation("GET", f"{_ONE}/products/{{id}}", "One product."),
    _operation("PATCH", f"{_ONE}/products/{{id}}", "Change a product.", _product(editing.ON_CHANGE)),
    _operation(
        *("POST", f"{_ONE}/products/{{id}}/variations", "Add a variation to a product that has some."),
        _product(editing.OF_VARIATION, "grade"),
        status=201,
    ),
    _operation("DELETE", f"{_ONE}/products/{{id}}", "Mark a product as deleted."),
    _operation(
        *("POST", f"{_ONE}/stock", "Move stock, or set what is reserved, of one product or each in a list."),
        {"anyOf": [_MOVEMENT, {"type": "array", "items": _MOVEMENT}]},
    ),
    _operation("GET", f"{_ONE}/movements", "Every movement of stock, with the balance before and after.", query=LIST),
    _operation("GET", f"{_ONE}/mappings", "Every announcement."),
    _operation(
        *("POST", f"{_ONE}/mappings", "Announce one product or a list of them."),
        {"anyOf": [_MAPPING, {"type": "array", "items": _MAPPING}]},
        status=201,
    ),
    _operation(
        "DELETE", f"{_ONE}/mappings", "Take a product's announcements back.", fields("idProduto", idProduto=_ID)
    ),
    _operation("GET", f"{_ONE}/orders", "Orders as they truly are.", query=LIST),
    _operation("GET", f"{_ONE}/orders/{{id}}", "One order."),
    _operation(
        *("POST", f"{_ONE}/orders/{{id}}/situation", "Move an order."),
        fields("situacao", situacao={"enum": list(DESCRIPTIONS)}),
    ),
    _operation("POST", f"{_ONE}/orders/{{id}}/tracking", "Give an order its despatch data.", _TRACKING),
    _operation(
        *("POST", f"{_ONE}/orders/{{id}}/invoice", "Make the invoice of an order."),
        fields(modelo={"enum": list(invoices.MODELS)}),
        status=201,
    ),
    _operation(
        *("POST", f"{_ONE}/orders/{{id}}/separation", "Say how far the separation of an order is."),
        fields("situacao", situacao={"enum": list(SEPARATION_STATES)}),
    ),
    _operation("GET", f"{_ONE}/invoices", "Every invoice."),
    _operation("POST", f"{_ONE}/invoices/{{id}}/authorise", "The tax office authorises an invoice."),
    _operation("POST", f"{_ONE}/invoices/{{id}}/cancel", "Cancel an invoice."),
    _operation("GET", f"{_ONE}/expeditions", "What is in the expedition."),
    _operation("GET", f"{_ONE}/contacts", "Contacts as they truly are.", query=LIST),
    _operation("POST", f"{_ONE}/contacts", "Register a contact.", _CONTACT, status=201),
    _operation("PUT", f"{_ONE}/contacts/{{id}}", "Change a contact.", _CONTACT),
    _operation("DELETE", f"{_ONE}/contacts/{{id}}", "Mark a contact as deleted."),
    _operation("GET", f"{_ONE}/tags", "Tags and their groups."),
    _operation(
        "POST", f"{_ONE}/tags", "Add a tag.", fields("nome", "id_grupo", nome=TEXT, id_grupo=NUMBER), status=201
    ),
    _operation("POST", f"{_ONE}/tag-groups", "Add a group of tags.", fields("nome", nome=TEXT), status=201),
    _operation("GET", f"{_ONE}/price-lists", "Price lists with their exceptions."),
    _operation(
        *("POST", f"{_ONE}/price-lists", "Add a price list."),
        fields("descricao", descricao=TEXT, acrescimo_desconto=AMOUNT),
        status=201,
    ),
    _operation(
        *("POST", f"{_ONE}/price-lists/{{id}}/exceptions", "Except a product from a price list."),
        fields("idProduto", "preco", idProduto=_ID, preco=AMOUNT, preco_promocional=AMOUNT),
        status=201,
    ),
    _operation("GET", f"{_ONE}/changes", "What the lists of changes hold."),
    _operation(
        *("GET", f"{_ONE}/deliveries", "Every message and every attempt to deliver it."),
        query={**LIST, "state": TEXT, "tipo": TEXT, "channel": {"type": "integer", "minimum": 0}},
    ),
    _operation("POST", f"{_ONE}/deliveries/flush", "Send everything that is due, and wait for it."),
    _operation("GET", f"{_ONE}/outages", "Trouble that lasts."),
    _operation(
        *("POST", f"{_ONE}/outages", "Have trouble last for a while."),
        fields(
            *("what", "seconds"),
            what={"enum": sorted(faults.LASTING)},
            seconds={"type": "number", "exclusiveMinimum": 0},
            calls_per_minute={"type": "integer", "minimum": 0, "maximum": max(PLANS.values())},
        ),
        status=201,
    ),
    _operation("DELETE", f"{_ONE}/outages", "End the trouble of a number, or all.", query=NUMBERED),
    _operation("GET", f"{_ONE}/sendings", "Products that were sent to a platform, and what came of it.", query=LIST),
    _operation(
        *("POST", f"{_ONE}/sendings", "Send products to a platform and wait for its answers."),
        fields(
            "products",
            products={"type": "array", "minItems": 1, "items": _ID},
            idEcommerce=NUMBER,
            update_stock=SWITCH,
            stop_on_refusal=SWITCH,
        ),
        status=201,
    ),
)
