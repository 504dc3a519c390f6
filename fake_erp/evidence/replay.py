"""Replays what is documented of each service and what was recorded, and says what differs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from ruamel.yaml import YAML

from fake_erp.app import FakeErp
from fake_erp.evidence import recordings
from fake_erp.evidence.comparing import differences
from fake_erp.evidence.player import CannotPlay, Player
from fake_erp.services import SERVICES
from fake_erp.serving import serving
from scenarios.harness.clock import RealClock

HERE = Path(__file__).parent
DOCUMENTED = HERE / "services.yaml"
RECORDED = HERE / "recordings"


@dataclass
class Row:
    """The evidence of one service. Lists of differences are empty where all is as it should be."""

    service: str
    source: str
    documented: list[str]
    refused: int = 0
    refused_wrong: list[str] = field(default_factory=list)
    recorded: int = 0
    recorded_wrong: list[str] = field(default_factory=list)
    driven: int | None = None
    guesses: int = 0

    @property
    def sound(self) -> bool:
        return not (self.documented or self.refused_wrong or self.recorded_wrong) and self.refused > 0


def documented() -> dict[str, Any]:
    """The file of documented examples."""
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(DOCUMENTED.read_text(encoding="utf-8"))
    return content


async def replay_all(folder: Path | None = None) -> list[Row]:
    """A row for each service that the fake answers. `folder` holds a user's own recordings besides ours."""
    content = documented()
    async with _running() as place:
        rows = [await _row(place, name, content) for name in SERVICES]
        by_service = {row.service: row for row in rows}
        for source in (RECORDED, folder):
            if source is not None:
                for found in await recordings.replay_folder(place.player, source, content["setup"]):
                    row = by_service.get(found.service)
                    if row is not None:
                        row.recorded += 1
                        row.recorded_wrong += [f"{found.name}: {line}" for line in found.differences]
    return rows


@dataclass
class _Place:
    """A running fake and a way to make accounts in it."""

    fake: FakeErp
    session: aiohttp.ClientSession
    api: str
    door: str

    async def player(self) -> Player:
        """Somebody at a new account without moods."""
        name = f"conta-{len(self.fake.worlds) + 1}"
        world = self.fake.create_world(name=name, moods=False, plan="potencializar")
        return Player(self.session, self.api, self.door, name, world.token)


@asynccontextmanager
async def _running() -> AsyncIterator[_Place]:
    fake = FakeErp(RealClock())
    async with serving(fake) as addresses, aiohttp.ClientSession() as session:
        yield _Place(fake, session, addresses.api, addresses.door)


async def _row(place: _Place, service: str, content: dict[str, Any]) -> Row:
    entry = content["services"].get(service)
    if entry is None:
        return Row(service, "-", ["no documented example"])
    player = await place.player()
    row = Row(service, entry["source"], [])
    try:
        for step in (*content["setup"], *entry.get("before", ())):
            await player.step(step)
        answer = await player.call(service, entry.get("send", {}), entry.get("body"), entry.get("headers"))
        row.documented = differences(entry["answer"], answer)
    except CannotPlay as error:
        row.documented = [str(error)]
    for case in entry.get("refused", ()):
        row.refused += 1
        try:
            found = _code(await player.call(service, case.get("send", {}), case.get("body")))
        except CannotPlay as error:
            row.refused_wrong.append(str(error))
            continue
        if found != case["code"]:
            row.refused_wrong.append(f"{case['source']}: expected code {case['code']}, found {found}")
    return row


def _code(retorno: Any) -> int | None:
    """The code of an answer, at the top or in its first record."""
    if not isinstance(retorno, dict):
        return None
    entries = retorno.get("registros")
    first = entries[0] if isinstance(entries, list) and entries else entries
    inner = first.get("registro", {}) if isinstance(first, dict) else {}
    code = str(retorno.get("codigo_erro", inner.get("codigo_erro")))
    return int(code) if code.isdigit() else None
