"""Início, and the list of what can be set up."""

from __future__ import annotations

from aiohttp import web

from fake_erp.screens.visit import Visit


async def start(visit: Visit) -> web.StreamResponse:
    return visit.page("start.html", section="home")


async def settings(visit: Visit) -> web.StreamResponse:
    return visit.page("settings.html", section="settings")
