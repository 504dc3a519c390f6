"""One visit of a screen: the account, the request, what is rendered and what a form says."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from fake_erp.worlds import ErpWorld, ErpWorlds

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' https: data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Visit:
    """A merchant in front of a screen of one account. `csrf` must come back with every form."""

    world: ErpWorld
    worlds: ErpWorlds
    request: web.Request
    csrf: str

    def path(self, rest: str = "") -> str:
        """The address of a screen of this account."""
        return f"/erp/{self.world.name}{rest}"

    def page(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        return render(self.request, template, world=self.world, status=status, csrf=self.csrf, **context)

    def go(self, rest: str, said: str = "") -> web.Response:
        """To another screen after something was done; `said` names what its notice says."""
        mark = f"{'&' if '?' in rest else '?'}feito={said}" if said else ""
        return web.Response(status=303, headers={"Location": self.path(f"{rest}{mark}")})

    @property
    def done(self) -> str:
        """What the screen before this one has done, for the notice."""
        return self.request.query.get("feito", "")

    async def form(self) -> dict[str, str]:
        """The posted fields, without surrounding blanks. HTTP 400 for what is no form, 403 for another site's."""
        if self.request.content_type == "multipart/form-data":
            # No screen takes files, so none sends it.
            raise web.HTTPBadRequest
        try:
            posted = await self.request.post()
        except (ValueError, LookupError):
            # Bytes or a charset that mean nothing.
            raise web.HTTPBadRequest from None
        fields = {name: _clean(value) for name, value in posted.items() if isinstance(value, str)}
        if not hmac.compare_digest(fields.pop("csrf", "").encode(), self.csrf.encode()):
            raise web.HTTPForbidden
        return fields


def _clean(text: str) -> str:
    """Without surrounding blanks and without lone surrogates, which no encoder takes."""
    return text.strip().encode("utf-8", "replace").decode()


def render(
    request: web.Request, template: str, *, world: ErpWorld | None, status: int = 200, **context: Any
) -> web.Response:
    """A screen; `base` is where those of the account begin."""
    known = {"world": world, "base": f"/erp/{world.name}" if world else "/erp", "section": ""}
    response = aiohttp_jinja2.render_template(template, request, {**known, **context}, status=status)
    response.headers.update(_HEADERS)
    return response


def page_number(request: web.Request) -> int:
    """The page that `pagina` asks for; the first where it makes no sense."""
    text = request.query.get("pagina", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1
