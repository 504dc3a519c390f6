"""Fetches pictures over the network, and from no address that a stranger must not make this server talk to (§8).

The rule is kept at every hop: a name is resolved once, every address that it has must be allowed, and the connection
goes to those addresses and to no others, so that neither a redirect nor a name that changes its address gets past it.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from fake_webstore.records import Image

LARGEST = 10_000_000
READY = "ready"
# In `hosts`: every name that is not listed.
ANY_NAME = "*"
_MOST_REDIRECTS = 5
_AT_ONCE = 4
# Addresses that carry another one, which a gateway would go on to.
_TRANSLATED = tuple(IPv6Network(text) for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
_HEADERS = {"User-Agent": "Webstore-Images/1 (fake)", "Accept": "image/*", "Accept-Encoding": "identity"}
_LONGEST_MARK = 12


@dataclass(frozen=True, kw_only=True)
class Network:
    """Where pictures may come from besides the public internet, and names that are not asked of any DNS.

    `allowed` are pairs of an address and a port (test mode); `hosts` maps a name, or `*` for all others, to
    its addresses; `seconds` is what one picture may take, redirects and all.
    """

    seconds: float = 10
    allowed: frozenset[tuple[str, int]] = frozenset()
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def allows(self, address: str, port: int) -> bool:
        """Whether a connection may go there."""
        return (address, port) in self.allowed or is_public(address)


class FetchFailed(Exception):
    """A picture cannot be had; the text is the contract's error (§8)."""


def is_this_machine(name: str) -> bool:
    """Whether a name means this machine whatever a DNS says (RFC 6761)."""
    plain = name.lower().rstrip(".")
    return plain == "localhost" or plain.endswith(".localhost")


def is_address(text: str) -> bool:
    """Whether a host is a number and not a name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_public(text: str) -> bool:
    """Whether an address belongs to the public internet, in whatever way it is written."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if any(address in network for network in _TRANSLATED):
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast


class Fetcher:
    """Fetches for one world; a few at once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._going: dict[int, asyncio.Task[None]] = {}

    def begin(self, image: Image) -> None:
        """Fetch a picture in the background, unless that is under way. Must be called from the event loop."""
        if image.id not in self._going:
            task = self._going[image.id] = asyncio.create_task(self._settle(image))
            task.add_done_callback(lambda _: self._going.pop(image.id, None))

    @property
    def is_busy(self) -> bool:
        return bool(self._going)

    async def settled(self) -> None:
        """Wait for what was begun."""
        while self._going:
            await asyncio.wait(list(self._going.values()))

    async def close(self) -> None:
        going = list(self._going.values())
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)

    async def _settle(self, image: Image) -> None:
        async with self._turns:
            image.arrived = await self.fetch(image.source_url)

    async def fetch(self, url: str) -> str:
        """READY, or the error that the picture ends with."""
        try:
            async with asyncio.timeout(self.network.seconds):
                await self._follow(URL(url))
        except FetchFailed as error:
            return str(error)
        except (aiohttp.ClientError, OSError, ValueError):
            # TimeoutError is an OSError; ValueError: an address that is none.
            return "unreachable"
        return READY

    async def _follow(self, url: URL) -> None:
        for _ in range(_MOST_REDIRECTS + 1):
            following = await self._visit(url)
            if following is None:
                return
            if following.scheme not in ("http", "https"):
                raise FetchFailed("not_allowed")
            url = following
        raise FetchFailed("unreachable")

    async def _visit(self, url: URL) -> URL | None:
        """Look at one address: where it leads on to, or None for a picture."""
        host, port = url.host, url.port
        if not host or not port:
            raise FetchFailed("unreachable")
        addresses = await self._addresses(host, port)
        if not all(self.network.allows(address, port) for address in addresses):
            raise FetchFailed("not_allowed")
        connector = aiohttp.TCPConnector(resolver=_Resolved(addresses), use_dns_cache=False, force_close=True)
        async with (
            aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            ) as session,
            session.get(url, headers=_HEADERS, allow_redirects=False) as answer,
        ):
            if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                return url.join(URL(answer.headers["Location"]))
            if answer.status != 200:
                raise FetchFailed("unreachable")
            await _require_picture(answer.content)
        return None

    async def _addresses(self, host: str, port: int) -> list[str]:
        """What the connection may go to. A number in any spelling becomes the address that it means."""
        if is_address(host):
            return [host]
        if is_this_machine(host):
            return ["127.0.0.1"]
        hosts = self.network.hosts
        if known := hosts.get(host.lower().rstrip("."), hosts.get(ANY_NAME)):
            return list(known)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(each[4][0]) for each in found]


async def _require_picture(content: aiohttp.StreamReader) -> None:
    """Read it all, no further than the limit. Raises FetchFailed."""
    begin, size = b"", 0
    async for chunk in content.iter_any():
        if len(begin) < _LONGEST_MARK:
            begin = (begin + chunk)[:_LONGEST_MARK]
        size += len(chunk)
        if size > LARGEST:
            raise FetchFailed("too_large")
    if not _is_picture(begin):
        raise FetchFailed("unsupported_type")


def _is_picture(begin: bytes) -> bool:
    """By its first bytes, since what a server says of a file is often wrong."""
    marks = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
    return begin.startswith(marks) or (begin[:4] == b"RIFF" and begin[8:12] == b"WEBP")


class _Resolved(AbstractResolver):
    """Knows the addresses that were looked at, and asks nobody again."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""
