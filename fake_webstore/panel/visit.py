"""One visit of a page: world, session, store; rendering and recording for all pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from fake_webstore.panel import session as sessions
from fake_webstore.panel.session import Session
from fake_webstore.records import Store
from fake_webstore.world import Platform
from scenarios.harness.journal import mask

_SECRET = frozenset({"token", "password", "csrf"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' https: data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Visit:
    """A merchant who is logged in to the store of the path."""

    world: Platform
    store: Store
    session: Session
    request: web.Request

    def path(self, rest: str = "") -> str:
        """The address of a page of this store."""
        return f"/{self.world.name}/painel/{self.store.id}{rest}"

    def page(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        return render(
            self.request,
            template,
            status=status,
            world=self.world,
            store=self.store,
            csrf=self.session.csrf,
            **context,
        )


def render(
    request: web.Request, template: str, *, world: Platform | None, status: int = 200, **context: Any
) -> web.Response:
    """A page; `base` is where the panel of the world begins."""
    base = f"/{world.name}/painel" if world else ""
    response = aiohttp_jinja2.render_template(
        template, request, {"base": base, "world": world, **context}, status=status
    )
    response.headers.update(_HEADERS)
    return response


def page_number(request: web.Request) -> int:
    """The page that `pagina` asks for; the first where it makes no sense."""
    text = request.query.get("pagina", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


async def read_form(world: Platform, request: web.Request, session: Session | None) -> Mapping[str, str]:
    """The posted form, recorded with its secrets masked. Raises JournalFull, and 403 without the CSRF value."""
    form = await post_fields(request)
    shown = {key: mask(value) if key in _SECRET else value[:200] for key, value in form.items()}
    record(world, request, form=shown)
    if not sessions.is_own_form(session, form.get("csrf", "")):
        raise web.HTTPForbidden
    return form


async def post_fields(request: web.Request) -> Mapping[str, str]:
    """The text fields of a posted form. Raises 400 for what is none."""
    if request.content_type == "multipart/form-data":
        # No page takes files, so none sends it.
        raise web.HTTPBadRequest
    try:
        posted = await request.post()
    except (ValueError, LookupError):
        # Bytes or a charset that mean nothing.
        raise web.HTTPBadRequest from None
    return {key: value for key, value in posted.items() if isinstance(value, str)}


def record(world: Platform, request: web.Request, **facts: Any) -> None:
    """Note what a merchant does. Raises JournalFull before anything has happened."""
    world.journal.append("panel", method=request.method, path=request.path, **facts)
