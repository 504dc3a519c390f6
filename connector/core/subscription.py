"""Whether the shop still sends its events to us (webstore-api §11.2, 11.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """An address to which a shop sends events; after three deliveries in a row that nobody took it is not active."""

    id: int
    url: str
    is_active: bool


def is_heard(found: Iterable[Subscription], url: str, known: int | None) -> bool:
    """Whether events come to this address, signed with the secret of the subscription that we know."""
    return any(each.id == known and each.url == url and each.is_active for each in found)


def outworn(found: Iterable[Subscription], url: str, known: int | None) -> list[int]:
    """Those in the way of a new one: an address is taken once, and there is no call that switches one on again."""
    return [each.id for each in found if each.url == url or each.id == known]
