"""Logging in and out of the panel."""

from __future__ import annotations

from aiohttp import web
from argon2.exceptions import VerificationError

from fake_webstore.panel import session as sessions
from fake_webstore.panel.visit import read_form, render
from fake_webstore.records import Store
from fake_webstore.seeding import HASHER
from fake_webstore.world import Platform

WRONG = "E-mail ou senha incorretos."


def show(world: Platform, request: web.Request, message: str | None = None, email: str = "") -> web.Response:
    """The log-in page, with a session of its own for the CSRF value."""
    session = sessions.begin(world)
    back = request.query.get("voltar", "")
    status = 401 if message else 200
    response = render(
        request, "login.html", world=world, status=status, csrf=session.csrf, message=message, email=email, back=back
    )
    sessions.write(world, session, response)
    return response


async def enter(world: Platform, request: web.Request) -> web.StreamResponse:
    """Check e-mail and password, then go where the merchant wanted to go."""
    form = await read_form(world, request, sessions.read(world, request))
    email = form.get("email", "").strip()
    store = _store_of(world, email, form.get("password", ""))
    if store is None:
        return show(world, request, WRONG, email)
    response = web.Response(status=303, headers={"Location": _goal(world, store, form.get("back", ""))})
    sessions.write(world, sessions.begin(world, store.id), response)
    return response


async def leave(world: Platform, request: web.Request) -> web.StreamResponse:
    await read_form(world, request, sessions.read(world, request))
    response = web.Response(status=303, headers={"Location": f"/{world.name}/painel/entrar"})
    sessions.clear(world, response)
    return response


def _store_of(world: Platform, email: str, password: str) -> Store | None:
    store = next((s for s in world.stores.values() if s.owner_email.casefold() == email.casefold()), None)
    if store is None:
        return None
    try:
        HASHER.verify(store.password_hash, password)
    except VerificationError:
        return None
    return store


def _goal(world: Platform, store: Store, back: str) -> str:
    """Only a page of this store's panel; anything else is answered with the start page."""
    start = f"/{world.name}/painel/{store.id}"
    is_own = back == start or back.startswith((start + "/", start + "?"))
    return back if is_own and back.isprintable() and "\\" not in back else start
