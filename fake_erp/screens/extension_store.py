"""Início → Extensões da Olist: the "Loja de extensões"."""

from __future__ import annotations

from aiohttp import web

from fake_erp import extensions
from fake_erp.screens.visit import Visit

_TEXTS = {
    extensions.TOKEN_API: "Gera a chave que outros sistemas usam para acessar os dados da sua empresa pela API.",
    extensions.DEPOTS: "Controle de estoque em mais de um depósito.",
    extensions.LIVE_STOCK: "Fila de produtos e de estoques alterados, lida pela API.",
    extensions.PROMOTIONAL_PRICE: "Preço promocional dos produtos, com gravação pela API.",
    extensions.WEBHOOKS: "Avisos de pedidos e de estoque da conta para um endereço seu.",
}


async def show(visit: Visit) -> web.StreamResponse:
    listed = [
        {"key": key, "name": name, "text": _TEXTS[key], "installed": visit.world.has(key)}
        for key, name in extensions.NAMES.items()
    ]
    return visit.page("extensions.html", section="extensions", extensions=listed, done=visit.done)


async def install(visit: Visit) -> web.StreamResponse:
    return await _change(visit, installed=True)


async def remove(visit: Visit) -> web.StreamResponse:
    return await _change(visit, installed=False)


async def _change(visit: Visit, *, installed: bool) -> web.StreamResponse:
    await visit.form()
    key = visit.request.match_info["extension"]
    if key not in extensions.NAMES:
        raise web.HTTPNotFound
    kept = [name for name in extensions.NAMES if (installed if name == key else visit.world.has(name))]
    visit.world.change({"extensions": tuple(kept)})
    return visit.go("/extensoes", "instalada" if installed else "removida")
