"""Programs that somebody else has started, for a story to be played against: what both kinds of them have in common."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import ClientTimeout

from scenarios.runner.deathbed import Down
from scenarios.runner.vocabulary import CannotPlay

# A target that does not answer in this time is not there.
TIMEOUT = ClientTimeout(total=30)
NOT_OURS = "the connector of the target is not ours to stop or to kill"


class TargetError(Exception):
    """Why nothing can be played against what was named, and what to do."""


def require_address(address: str, *, is_owned: bool, has_path: bool = False) -> None:
    """Raises TargetError for what is no address, and for another machine without leave."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise TargetError(f"{address!r} is no address: give one such as http://127.0.0.1:8011") from None
    if parts.username or parts.password:
        raise TargetError("an address with a password in it is not taken: it would stand in every report")
    if parts.scheme not in ("http", "https") or not host or parts.query or (parts.path and not has_path):
        raise TargetError(f"{address!r} is no address of this kind: give one such as http://127.0.0.1:8011")
    if not is_owned and not _is_loopback(host):
        raise TargetError(
            f"{host} is another machine, and a story changes what is there: give --i-own-this-host if that is meant"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# What only the connector itself can tell.
TOLD_BY_CONNECTOR = {"backlog drains": "the connector of the target does not tell us what it has left to do"}


class SomebodyElses:
    """A connector that is out of reach. Steps that want it are left out, so that this is for hooks alone."""

    deaths = 0
    passed: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.downs: list[Down] = []
        self.points: list[str] = []

    async def kill(self, down: float) -> None:
        self._refuse()

    async def die_at(self, point: str, down: float) -> None:
        self._refuse()

    async def stop(self) -> None:
        self._refuse()

    async def start(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        raise CannotPlay(NOT_OURS)
