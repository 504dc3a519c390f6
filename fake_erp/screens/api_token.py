"""Configurações → E-commerce → Token API (transport §2.2): the one screen that shows the token in full."""

from __future__ import annotations

from aiohttp import web

from fake_erp import extensions, integrating
from fake_erp.screens.visit import Visit


async def show(visit: Visit) -> web.StreamResponse:
    return visit.page(
        "token.html", section="settings", installed=visit.world.has(extensions.TOKEN_API), done=visit.done
    )


async def generate(visit: Visit) -> web.StreamResponse:
    """A new token; the old one opens nothing any more."""
    await visit.form()
    if not visit.world.has(extensions.TOKEN_API):
        return visit.page("token.html", section="settings", status=409, installed=False, done="")
    integrating.new_token(visit.worlds, visit.world)
    return visit.go("/configuracoes/token-api", "gerado")
