"""Plays steps against a fresh account of a running fake: deeds at the control door and calls of the API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from scenarios.harness.clock import BRASILIA, RealClock

_NAMED = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_]+)*)\}")
_BOM = b"\xef\xbb\xbf"
# Past the minute of the quota, so that batch calls are never too many.
_A_MINUTE = 61


class CannotPlay(Exception):
    """A step could not be done; the text says which and why."""


@dataclass
class Player:
    """One account at the addresses of API and door.

    `kept` is what steps answered, by the names they gave it; `today` stands for the day in Brasília.
    """

    session: aiohttp.ClientSession
    api: str
    door: str
    world: str
    token: str
    kept: dict[str, Any] = field(default_factory=lambda: {"today": _today()})

    async def step(self, step: dict[str, Any]) -> None:
        """Do one step of a setup and keep its answer. Raises CannotPlay."""
        if "door" in step:
            method, path = step["door"].split(" ", 1)
            answer = await self._door(method, str(self.filled(path)), self.filled(step.get("send")))
        else:
            answer = _record(await self.call(step["call"], step.get("send", {})))
            if str(answer.get("status", "OK")) != "OK":
                raise CannotPlay(f"{step['call']} of the setup was refused: {answer}")
        if name := step.get("as"):
            self.kept[name] = answer

    async def call(
        self, service: str, send: dict[str, Any], body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """What `retorno` holds of a call in the documented dialect. Raises CannotPlay for an answer that is none."""
        await self._door("POST", "/clock/advance", {"seconds": _A_MINUTE})
        fields = {"token": self.token, **self.as_form(send)}
        address = f"{self.api}/api2/{service}"
        if body is None:
            request = self.session.post(address, data={"formato": "json", **fields}, headers=headers)
        else:
            packed = orjson.dumps(self.filled(body))
            given = {"Content-Type": "application/json", **(headers or {})}
            # The documented call has no `formato` (products §5).
            request = self.session.post(address, params=fields, data=packed, headers=given)
        async with request as answer:
            raw = await answer.read()
        try:
            return orjson.loads(raw.removeprefix(_BOM))["retorno"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise CannotPlay(f"{service} answered HTTP {answer.status} with {raw[:80]!r}") from None

    def as_form(self, send: dict[str, Any]) -> dict[str, str]:
        """The fields of a form: filled, and documents as JSON text."""
        return {name: _packed(value) for name, value in self.filled(send).items()}

    def filled(self, value: Any) -> Any:
        """With `{name.field}` replaced by what was kept; a text that is nothing else becomes the value itself."""
        if isinstance(value, dict):
            return {name: self.filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        if not isinstance(value, str):
            return value
        if whole := _NAMED.fullmatch(value):
            return self._kept(whole[1])
        return _NAMED.sub(lambda found: str(self._kept(found[1])), value)

    def _kept(self, path: str) -> Any:
        name, *rest = path.split(".")
        value = self.kept.get(name)
        try:
            for each in rest:
                value = value[int(each)] if isinstance(value, list) else value[each]  # type: ignore[index]
        except (KeyError, IndexError, TypeError, ValueError):
            raise CannotPlay(f"nothing is known as {path!r}") from None
        return value

    async def _door(self, method: str, path: str, document: Any) -> Any:
        body = None if document is None else orjson.dumps(document)
        address = f"{self.door}/__fake__/worlds/{self.world}{path}"
        async with self.session.request(method, address, data=body) as answer:
            shown = orjson.loads(await answer.read())
        if answer.status >= 400:
            raise CannotPlay(f"{method} {path}: {shown.get('error')}")
        return shown


def _today() -> str:
    return RealClock().now().astimezone(BRASILIA).strftime("%d/%m/%Y")


def _packed(value: Any) -> str:
    """A payload parameter holds JSON text (transport §2.3)."""
    return orjson.dumps(value).decode() if isinstance(value, (dict, list)) else str(value)


def _record(retorno: Any) -> dict[str, Any]:
    """The first `registro` of an answer, or the answer itself."""
    entries = retorno.get("registros", retorno) if isinstance(retorno, dict) else {}
    first = entries[0] if isinstance(entries, list) and entries else entries
    record = first.get("registro", first) if isinstance(first, dict) else {}
    return dict(record)
