"""A merchant before the panel, by plain HTTP: reads pages, fills in forms, follows links as a browser does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientSession

from connector.demo.errors import DemoError


class PanelError(DemoError):
    """The panel did not show what the merchant looked for."""


@dataclass
class _Form:
    """A form as the page holds it: where it goes and what is filled in already."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)


# Of these the browser sends nothing unless they are ticked or pressed.
_SENT_IF_USED = ("checkbox", "radio", "submit", "button", "image", "reset", "file")


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        # The text area or selection that is open.
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag in ("input", "button", "textarea", "select") and self.forms and "name" in given:
            self._field(tag, given)
        elif tag == "option" and self._inside:
            values = self.forms[-1].values
            # The first one, where none is selected.
            if "selected" in given or self._inside not in values:
                values[self._inside] = given.get("value", "")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given["name"]
        form.fields.add(name)
        if tag in ("textarea", "select"):
            self._inside = name
        elif "checked" in given or (tag == "input" and given.get("type") not in _SENT_IF_USED):
            form.values[name] = given.get("value", "on")
        if tag == "textarea":
            form.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self.lasttag == "textarea":
            self.forms[-1].values[self._inside] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._inside = ""


class Merchant:
    """One person's browser: `page` is the last page's text, `address` where it came from."""

    def __init__(self, http: ClientSession, platform_url: str, store_id: int, email: str, password: str) -> None:
        self._http = http
        self._panel = f"{platform_url}/painel/{store_id}"
        self._email = email
        self._password = password
        self._cookies: dict[str, SimpleCookie] = {}
        self.page = ""
        self.address = ""
        self.status = 0

    async def log_in(self) -> None:
        """Open the panel and give e-mail and password where it asks for them."""
        await self.go(f"{self._panel}/aplicativos")
        if any("password" in form.fields for form in self._forms()):
            await self.submit("password", email=self._email, password=self._password)

    async def install(self) -> None:
        """Aplicativos > ERP > Instalar; ends on the app's page, once the app has been installed."""
        await self.go(f"{self._panel}/aplicativos/erp/instalar")
        if self.status != 200:
            raise PanelError(f"installing ended with HTTP {self.status} at {urlsplit(self.address).path}")

    async def save_token(self, token: str) -> None:
        """Aplicativos > ERP > Configurar > "Já possuo cadastro no ERP" > Token > Salvar."""
        await self.go(f"{self._panel}/aplicativos/erp/configurar")
        await self.submit("token", registration="existing", token=token)

    async def uninstall(self) -> None:
        await self.go(f"{self._panel}/aplicativos/erp/configurar")
        await self.submit_to("desinstalar")

    async def open_connector(self) -> None:
        """Aplicativos > ERP > Configurar > Abrir página do conector."""
        await self.go(f"{self._panel}/aplicativos/erp/abrir")

    async def go(self, address: str) -> None:
        """Open a page, following redirects."""
        await self._request("GET", address)

    async def submit(self, field_name: str, **values: str) -> None:
        """Fill in and send the form that has this field. Raises PanelError if there is none."""
        for form in self._forms():
            if field_name in form.fields:
                await self._send(form, values)
                return
        raise PanelError(f"no form with the field {field_name!r} at {urlsplit(self.address).path}")

    async def submit_to(self, ending: str, **values: str | None) -> None:
        """Send the form whose address ends so; None unchecks a box."""
        for form in self._forms():
            if urlsplit(form.action).path.endswith(ending):
                await self._send(form, values)
                return
        raise PanelError(f"no form for {ending!r} at {urlsplit(self.address).path}")

    def _forms(self) -> list[_Form]:
        parser = _Forms()
        parser.feed(self.page)
        return parser.forms

    async def _send(self, form: _Form, values: Mapping[str, str | None]) -> None:
        address = urljoin(self.address, form.action) if form.action else self.address
        filled = {name: value for name, value in {**form.values, **values}.items() if value is not None}
        await self._request("POST", address, filled)

    async def _request(self, method: str, address: str, form: dict[str, str] | None = None) -> None:
        for _ in range(10):
            host = urlsplit(address).netloc
            jar = self._cookies.setdefault(host, SimpleCookie())
            cookies = {name: morsel.value for name, morsel in jar.items()}
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookies else {}
            async with self._http.request(method, address, data=form, headers=headers, allow_redirects=False) as answer:
                for cookie in answer.headers.getall("Set-Cookie", []):
                    jar.load(cookie)
                self.page, self.status, self.address = await answer.text(), answer.status, address
                if answer.status not in (301, 302, 303, 307):
                    return
                address, method, form = urljoin(address, answer.headers["Location"]), "GET", None
        raise PanelError("the pages redirect in a circle")
