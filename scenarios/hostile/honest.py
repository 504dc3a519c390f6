"""Honest requests at a fake ERP, for `mangling` to start from: what is documented, and what its screens offer."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from fake_erp.evidence.player import CannotPlay, Player
from scenarios.hostile.mangling import Honest

# What would end the account that is knocked at, or hold the next request for its own sake.
_LEFT_ALONE = ("/token-api/gerar", "/sair", "/desinstalar")


async def documented(player: Player, content: dict[str, Any]) -> list[Honest]:
    """A request of every service, as the evidence has it, at an account in which its examples were played."""
    for step in content["setup"]:
        await player.step(step)
    for entry in content["services"].values():
        for step in entry.get("before", ()):
            try:
                await player.step(step)
            except CannotPlay:
                # Another service's steps have brought it about already, or made it impossible.
                continue
    return [_of_service(player, name, entry) for name, entry in content["services"].items()]


def _of_service(player: Player, name: str, entry: dict[str, Any]) -> Honest:
    fields = {"token": player.token, "formato": "json", **player.filled(entry.get("send", {}))}
    headers = tuple(entry.get("headers", {}).items())
    return Honest(f"/api2/{name}", fields, player.filled(entry["body"]) if "body" in entry else None, headers=headers)


def at_door(player: Player, content: dict[str, Any]) -> list[Honest]:
    """What the setup did at the control door, and the questions that it answers."""
    base = f"/__fake__/worlds/{player.world}"
    honest = []
    for step in content["setup"]:
        if "door" in step:
            method, path = step["door"].split(" ", 1)
            honest.append(Honest(f"{base}{player.filled(path)}", {}, player.filled(step.get("send")), method))
    for path in _QUESTIONS:
        honest.append(Honest(base + path, {"limit": "5", "offset": "1", "since": "1"}, method="GET"))
    honest += [Honest(base + path, {}, body, method) for method, path, body in _DEEDS]
    honest.append(Honest("/__fake__/worlds", {}, {"name": "nova", "products": 3, "plan": "crescer"}))
    return honest


_QUESTIONS = (
    *("", "/products", "/orders", "/contacts", "/invoices", "/deliveries", "/tags", "/price-lists", "/changes"),
    *("/mappings", "/faults", "/journal", "/clock", "/statistics", "/outages", "/expeditions", "/sendings", "/stock"),
)
_DEEDS: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "", {"plan": "evoluir", "moods": False, "latency": "", "depot": "", "probe": False}),
    ("POST", "/clock/advance", {"seconds": 5}),
    ("POST", "/faults", {"call": "pedido.incluir.php", "what": "answer_lost", "first": 3, "calls": 2, "with": {}}),
    ("POST", "/outages", {"what": "unavailable", "seconds": 60}),
    ("POST", "/deliveries/flush", {}),
    ("DELETE", "/faults", None),
    ("DELETE", "/outages", None),
)


async def on_screens(session: aiohttp.ClientSession, origin: str, world: str) -> list[Honest]:
    """What the ERP's screens of an account offer."""
    return await by_clicking(session, origin, f"/erp/{world}")


async def by_clicking(session: aiohttp.ClientSession, origin: str, start: str) -> list[Honest]:
    """Every page and every form below a path that can be reached by clicking, each form filled as it is shown."""
    todo, seen, honest = [start], set[str](), list[Honest]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        page = _Page()
        async with session.get(origin + path) as answer:
            page.feed(await answer.text())
        parts = urlsplit(path)
        honest.append(Honest(parts.path, dict(parse_qsl(parts.query)), method="GET"))
        todo += [link for link in page.links if link.startswith(start)]
        honest += [form for form in page.forms if not form.path.endswith(_LEFT_ALONE)]
    return list({(each.method, each.path, *each.fields): each for each in honest}.values())


def forms_of(text: str) -> list[Honest]:
    """The forms of a page, filled as they are shown."""
    page = _Page()
    page.feed(text)
    return page.forms


class _Page(HTMLParser):
    """Links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Honest] = []
        self._fields: dict[str, Any] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self._fields = {}
            self.forms.append(Honest(given.get("action", ""), self._fields, method=given.get("method", "get").upper()))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option":
            if self._select not in self._fields or "selected" in given:
                self._fields[self._select] = given.get("value", "")
        elif tag in ("input", "textarea", "button") and given.get("name"):
            self._fields[given["name"]] = given.get("value", "")


def quotation(integration: int, token: str) -> Honest:
    """A freight quotation as the platform asks it (contract, order webhooks §7)."""
    body = {
        "cep_destino": "88010000",
        "itens": [{"sku": "PLAT-9", "quantidade": 2, "peso": 0.3}],
        "opcoes": {"cotar_agrupado": False, "considerar_dias_preparacao": True, "agrupar_tipo_entrega": False},
    }
    path = f"/webhook/api/v1/parceiro/{integration}/cotar"
    return Honest(path, {}, body, headers=(("Token", token),))
