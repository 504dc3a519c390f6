"""The freight quotation: here the platform asks the ERP (contract, order webhooks §7)."""

from __future__ import annotations

import hmac
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from fake_erp import shipping
from fake_erp.envelope import encode_json
from fake_erp.integrations import Integration
from fake_erp.moods import number
from fake_erp.records import Product
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.bodies import parse_json
from scenarios.harness.journal import JournalFull

PATH = "/webhook/api/v1/parceiro/{integration:[0-9]{1,15}}/cotar"

# What each is where it is not sent; the sample has the last as true without asking for it (§7).
_OPTIONS = {"cotar_agrupado": False, "considerar_dias_preparacao": False, "agrupar_tipo_entrega": True}


class Refused(Exception):
    """The quotation is answered with HTTP 400 and this text."""


class Quotation:
    """Answers quotations for the integrations of every account."""

    def __init__(self, worlds: ErpWorlds) -> None:
        self._worlds = worlds

    async def answer(self, request: web.Request) -> web.Response:
        number_, token = int(request.match_info["integration"]), request.headers.get("Token", "")
        found = next(
            (
                (world, integration)
                for world in self._worlds
                if (integration := world.integrations.get(number_)) and _is(token, integration.token)
            ),
            None,
        )
        if found is None:
            # Seen: HTTP 200 and a plain text.
            return web.Response(text="token invalido")
        world, integration = found
        try:
            entry = world.journal.append("quotation", integration=integration.id, status=200)
        except JournalFull as error:
            return web.Response(status=507, text=str(error))
        try:
            body, status = encode_json(_quoted(world, integration, await _document(request))), 200
        except Refused as refused:
            body, status = encode_json({"error": str(refused)}), 400
        entry["status"] = status
        return web.Response(body=body, status=status, content_type="application/json")


def _is(token: str, own: str) -> bool:
    return bool(own) and hmac.compare_digest(token.encode("utf-8", "replace"), own.encode())


async def _document(request: web.Request) -> dict[str, Any]:
    try:
        document = parse_json(await request.read())
    except ValueError:
        raise Refused("Invalid JSON") from None
    if not isinstance(document, dict):
        raise Refused("Invalid JSON")
    for name in ("cep_destino", "itens"):
        if not document.get(name):
            raise Refused(f"Parameter '{name}' not found")
    return document


def _quoted(world: ErpWorld, integration: Integration, document: dict[str, Any]) -> dict[str, Any]:
    given = document.get("opcoes")
    wanted = given if isinstance(given, dict) else {}
    options = {name: bool(wanted.get(name, usual)) for name, usual in _OPTIONS.items()}
    entries = document["itens"] if isinstance(document["itens"], list) else [document["itens"]]
    items = [_item(world, integration, entry) for entry in entries]
    if options["cotar_agrupado"]:
        kilos, days = sum((each[1] for each in items), start=Decimal(0)), max(each[2] for each in items)
        quotes: list[Any] = _quotes(kilos, days, options)
    else:
        quotes = [{"sku": sku, "opcoes": _quotes(kilos, days, options)} for sku, kilos, days in items]
    return {
        "cep_origem": _text(document.get("cep_origem")) or world.company.cep,
        "cep_destino": _text(document["cep_destino"]),
        "cotacoes": quotes,
        "opcoes": options,
    }


def _item(world: ErpWorld, integration: Integration, entry: Any) -> tuple[str, Decimal, int]:
    """SKU, weight of all pieces in kg, days of preparation. A SKU that is not mapped to the integration is refused."""
    sku = _text(entry.get("sku")) if isinstance(entry, dict) else ""
    product = _mapped(world, integration, sku)
    if product is None:
        raise Refused(f"Item '{sku[:60]}' não encontrado.")
    pieces = _decimal(entry.get("quantidade"), Decimal(1))
    weight = _decimal(entry.get("peso"), Decimal(product.peso_bruto))
    return sku, weight * pieces, product.dias_preparacao


def _mapped(world: ErpWorld, integration: Integration, sku: str) -> Product | None:
    for mapping in world.catalogue.all_mappings():
        product = world.catalogue.get(mapping.idProduto)
        if product and mapping.idEcommerce == integration.id and sku and sku in (mapping.skuMapeamento, product.codigo):
            return product
    return None


def _quotes(kilos: Decimal, days: int, options: dict[str, bool]) -> list[dict[str, Any]]:
    """In the merchant's order of preference; the cheapest of each delivery type where they are to be grouped."""
    extra = days if options["considerar_dias_preparacao"] else 0
    quotes = [_quote(form, each, kilos, extra) for form in shipping.FORMS for each in form.services]
    if not options["agrupar_tipo_entrega"]:
        return quotes
    cheapest: dict[str, dict[str, Any]] = {}
    for quote in quotes:
        known = cheapest.get(quote["tipo_entrega"])
        if known is None or quote["preco"] < known["preco"]:
            cheapest[quote["tipo_entrega"]] = quote
    return list(cheapest.values())


def _quote(form: shipping.Form, service: shipping.Service, kilos: Decimal, extra: int) -> dict[str, Any]:
    return {
        "tipo_entrega": service.tipo_entrega,
        "preco": number(str(service.price(kilos))),
        "prazo": service.days + extra,
        "id_forma_envio": form.id,
        "nome_forma_envio": form.nome,
        "id_forma_frete": service.id,
        "nome_forma_frete": service.descricao,
    }


def _text(value: Any) -> str:
    plain = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value).strip().encode("utf-8", "replace").decode() if plain else ""


def _decimal(value: Any, otherwise: Decimal) -> Decimal:
    """A weight or a quantity; what is none, or beyond reason, is as if it had not been sent."""
    try:
        given = Decimal(str(value))
    except InvalidOperation:
        return otherwise
    usable = given.is_finite() and 0 < given < 10**6 and not isinstance(value, bool)
    return given if usable else otherwise
