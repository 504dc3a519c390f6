"""Exchanges that were recorded with vcrpy, replayed against the fake and compared field by field.

A cassette is a YAML file with `interactions`, each a `request` (method, uri, body) and a `response` (body). Tokens in
it are never used nor shown: each call is made with the account's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fake_erp.evidence.comparing import differences
from fake_erp.evidence.player import CannotPlay, Player

_SECRET = frozenset({"token", "formato"})
_BOM = b"\xef\xbb\xbf"


class BadRecording(Exception):
    """A file is no cassette; the text says where and why."""


@dataclass(frozen=True)
class Replayed:
    """One recorded exchange: `name` is the file and the number of the interaction in it."""

    name: str
    service: str
    differences: list[str]


async def replay_folder(
    make: Callable[[], Awaitable[Player]], folder: Path, setup: list[dict[str, Any]]
) -> list[Replayed]:
    """Replay each cassette in an account of its own. Raises BadRecording."""
    found = []
    for name, cassette in _cassettes(folder):
        player = await make()
        for step in (*setup, *cassette.get("setup", ())):
            await player.step(step)
        for position, each in enumerate(cassette["interactions"], start=1):
            found.append(await _replay(player, f"{name} #{position}", each))
    return found


def _cassettes(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    if not folder.is_dir():
        raise BadRecording(f"{folder}: no such folder")
    return [(path.name, _load(path)) for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))]


async def _replay(player: Player, name: str, interaction: dict[str, Any]) -> Replayed:
    service, fields = _request(name, interaction["request"])
    expected = _response(name, interaction["response"])
    try:
        answer = await player.call(service, fields)
    except CannotPlay as error:
        return Replayed(name, service, [str(error)])
    return Replayed(name, service, differences(expected, answer))


def _load(path: Path) -> dict[str, Any]:
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise BadRecording(f"{path}: no readable YAML: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("interactions"), list):
        raise BadRecording(f"{path}: no cassette of vcrpy: it has no list 'interactions'")
    for number, each in enumerate(content["interactions"], start=1):
        if not isinstance(each, dict) or not {"request", "response"} <= set(each):
            raise BadRecording(f"{path}: interaction {number} has no request or no response")
    return content


def _request(name: str, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The service and its parameters, without the token that was recorded."""
    parts = urlsplit(str(request.get("uri", "")))
    service = parts.path.partition("/api2/")[2]
    if not service:
        raise BadRecording(f"{name}: {parts.path!r} is no service of the API: the path has no /api2/")
    body = request.get("body") or ""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    fields = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(parse_qsl(text, keep_blank_values=True))
    return service, {key: value for key, value in fields.items() if key.lower() not in _SECRET}


def _response(name: str, response: dict[str, Any]) -> Any:
    """What `retorno` held."""
    body = response.get("body", {})
    raw = body.get("string", "") if isinstance(body, dict) else body
    data = raw if isinstance(raw, bytes) else str(raw).encode()
    try:
        return orjson.loads(data.removeprefix(_BOM))["retorno"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BadRecording(f"{name}: the recorded answer is no JSON with 'retorno'") from None
