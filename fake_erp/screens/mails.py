"""E-mails: what the customers were told, newest first."""

from __future__ import annotations

from aiohttp import web

from fake_erp.screens.visit import Visit


async def show(visit: Visit) -> web.StreamResponse:
    return visit.page("mails.html", section="home", mails=visit.world.mails[::-1])
