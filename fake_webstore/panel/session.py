"""The merchant's session: one signed cookie, valid for one world, holding store and CSRF value."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from itsdangerous import BadSignature, URLSafeSerializer

from fake_webstore.world import Platform

COOKIE = "webstore_painel"
_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """Who is visiting; `store_id` is None before the log-in."""

    csrf: str
    store_id: int | None = None


def read(world: Platform, request: web.Request) -> Session | None:
    """The session of the cookie, unless it is missing, forged or too old by the world's clock."""
    try:
        content = _signer(world).loads(request.cookies.get(COOKIE, ""))
        age = world.clock.now().timestamp() - content["at"]
        return Session(content["csrf"], content["store"]) if age <= _LIFETIME.total_seconds() else None
    except (BadSignature, KeyError, TypeError, ValueError):
        return None


def begin(world: Platform, store_id: int | None = None) -> Session:
    """A session with a CSRF value of its own."""
    return Session(world.secret(32), store_id)


def write(world: Platform, session: Session, response: web.StreamResponse) -> None:
    content = {"csrf": session.csrf, "store": session.store_id, "at": int(world.clock.now().timestamp())}
    value = _signer(world).dumps(content)
    response.set_cookie(COOKIE, str(value), path=f"/{world.name}/painel", httponly=True, samesite="Lax")


def clear(world: Platform, response: web.StreamResponse) -> None:
    response.del_cookie(COOKIE, path=f"/{world.name}/painel")


def is_own_form(session: Session | None, csrf: object) -> bool:
    """Whether a form carries the session's CSRF value."""
    return session is not None and secrets.compare_digest(str(csrf).encode(), session.csrf.encode())


def _signer(world: Platform) -> URLSafeSerializer:
    return URLSafeSerializer(world.session_key, salt="painel")
