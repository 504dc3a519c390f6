"""The pages about applications: list, install, configure, open, uninstall (§4.1)."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from aiohttp import web

from fake_webstore import installs, settings
from fake_webstore.panel.visit import Visit, read_form, record
from fake_webstore.panel.wording import CONNECTIONS

_SIGN_UP = "https://www.olist.com/pt-br/erp"
_LINK_SECONDS = 60
EMPTY = "Informe o token"
TOO_LONG = f"O token tem no máximo {settings.LONGEST_TOKEN} caracteres"
NO_CHOICE = "Escolha uma das opções"


async def list_apps(visit: Visit) -> web.StreamResponse:
    connection = CONNECTIONS[visit.store.settings.connection]
    return visit.page("apps.html", app=visit.world.app, installed=visit.store.installation, connection=connection)


async def install(visit: Visit) -> web.StreamResponse:
    """Send the browser to the app with a code (§3.2, step 1)."""
    if not visit.world.app.redirect_uri:
        return visit.page("message.html", status=409, title="Aplicativo sem endereço", text=_NO_ADDRESS)
    record(visit.world, visit.request, store_id=visit.store.id)
    api_url = visit.world.api_url(f"{visit.request.scheme}://{visit.request.host}")
    state = visit.request.query.get("state")
    return web.Response(
        status=302, headers={"Location": installs.redirect_address(visit.world, visit.store, api_url, state)}
    )


_NO_ADDRESS = "O aplicativo ainda não informou seu endereço. Tente novamente mais tarde."


async def open_app(visit: Visit) -> web.StreamResponse:
    """Send the merchant to the app's own page by a link that is valid for a minute."""
    if not visit.world.app.home_url:
        return visit.page("message.html", status=409, title="Aplicativo sem endereço", text=_NO_ADDRESS)
    record(visit.world, visit.request, store_id=visit.store.id)
    return web.Response(status=302, headers={"Location": home_address(visit)})


def home_address(visit: Visit) -> str:
    """The app's home with store, expiry and their signature."""
    app = visit.world.app
    expires = int(visit.world.clock.now().timestamp()) + _LINK_SECONDS
    message = f"{visit.store.id}.{expires}"
    signature = hmac.new(app.client_secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    query = urlencode({"store_id": visit.store.id, "expires": expires, "signature": signature})
    return f"{app.home_url}{'&' if '?' in app.home_url else '?'}{query}"


async def configure(visit: Visit) -> web.StreamResponse:
    return _configuration(visit)


async def situation(visit: Visit) -> web.StreamResponse:
    """The part of the configuration page that changes by itself."""
    return visit.page("situation.html", settings=visit.store.settings, connection=_connection(visit))


async def save(visit: Visit) -> web.StreamResponse:
    """*Salvar*: keep the token and tell the app (§4.1)."""
    form = await read_form(visit.world, visit.request, visit.session)
    choice, token = form.get("registration", ""), form.get("token", "").strip()
    if visit.store.installation is None:
        raise web.HTTPNotFound
    if choice == "none":
        return _configuration(visit, choice="none")
    if choice != "existing":
        return _configuration(visit, NO_CHOICE)
    if not token:
        return _configuration(visit, EMPTY)
    if len(token) > settings.LONGEST_TOKEN:
        return _configuration(visit, TOO_LONG)
    settings.save_token(visit.world, visit.store, token)
    return web.Response(status=303, headers={"Location": visit.path("/aplicativos/erp/configurar?salvo=1")})


def _configuration(visit: Visit, message: str | None = None, choice: str = "existing") -> web.Response:
    if visit.store.installation is None:
        raise web.HTTPNotFound
    return visit.page(
        "configure.html",
        status=422 if message else 200,
        app=visit.world.app,
        settings=visit.store.settings,
        connection=_connection(visit),
        message=message,
        choice=choice,
        saved="salvo" in visit.request.query,
        sign_up=_SIGN_UP,
    )


def _connection(visit: Visit) -> tuple[str, str]:
    return CONNECTIONS[visit.store.settings.connection]


async def uninstall(visit: Visit) -> web.StreamResponse:
    await read_form(visit.world, visit.request, visit.session)
    if visit.store.installation:
        installs.uninstall(visit.world, visit.store)
    return web.Response(status=303, headers={"Location": visit.path("/aplicativos")})
