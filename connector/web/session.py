"""Who is at the merchant's page: a signed link from the panel opens it, a signed cookie keeps it open.

The link (our own design, DECISIONS.md) carries the store, an expiry at most two minutes ahead and an
HMAC of both with the app's secret. Time is the app's clock's, so nothing here reads another.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from connector.flows.env import Env
from connector.web.context import ENV

_COOKIE = "conector"
_LASTS = timedelta(hours=2)
_LINK_LASTS = timedelta(minutes=2)


def is_link_good(request: web.Request, secret: str) -> bool:
    """Whether the panel signed this link, and not long ago."""
    query = request.query
    store, expires, signature = query.get("store_id", ""), query.get("expires", ""), query.get("signature", "")
    right = hmac.new(secret.encode(), f"{store}.{expires}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), signature.encode()):
        return False
    left = float(expires) - request.app[ENV].clock.now().timestamp() if expires.isascii() and expires.isdigit() else -1
    return 0 <= left <= _LINK_LASTS.total_seconds() and store.isascii() and store.isdigit()


def open_session(request: web.Request, response: web.StreamResponse, store_id: int) -> None:
    """Let this browser see the pages of one store for a while."""
    env = request.app[ENV]
    until = int((env.clock.now() + _LASTS).timestamp())
    value = f"{store_id}.{until}"
    response.set_cookie(
        _COOKIE,
        f"{value}.{env.vault.sign(value)}",
        httponly=True,
        samesite="Lax",
        secure=env.public_url.startswith("https"),
        path="/app",
    )


def store_of(request: web.Request) -> int:
    """The store in the path, if this browser may see it. Raises HTTPForbidden with a page-worthy text."""
    env = request.app[ENV]
    value, _, signature = request.cookies.get(_COOKIE, "").rpartition(".")
    store, _, until = value.partition(".")
    signed = hmac.compare_digest(env.vault.sign(value).encode(), signature.encode())
    if not signed or float(until) < env.clock.now().timestamp() or store != request.match_info["store_id"]:
        raise web.HTTPForbidden(
            text="Abra esta página pelo painel da loja: Aplicativos > ERP > Configurar > Abrir página do conector."
        )
    return int(store)


async def checked_form(request: web.Request) -> tuple[int, Mapping[str, Any], Env]:
    """The store whose page this is, the fields of a form of that page, and what to work with. Raises HTTPForbidden."""
    store_id, form = store_of(request), await request.post()
    check_form(request, str(form.get("form_token", "")))
    return store_id, form, request.app[ENV]


def form_token(request: web.Request) -> str:
    """What a form must carry to be from our page."""
    return request.app[ENV].vault.sign("form:" + request.cookies.get(_COOKIE, ""))


def check_form(request: web.Request, sent: str) -> None:
    """Raises HTTPForbidden for a form that is not from our page."""
    if not hmac.compare_digest(form_token(request).encode(), sent.encode()):
        raise web.HTTPForbidden(text="O formulário expirou. Volte, recarregue a página e envie de novo.")
