"""The brake: a pull that would retire or re-price too much of a catalogue waits for a person.

Counted from the listing, before anything is written: most accidents (an emptied company, another price list, a filter
gone wrong in the ERP) show there already.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

# In a small catalogue a few products are a large share.
_ALWAYS_ALLOWED = 5


@dataclass(frozen=True, kw_only=True)
class Danger:
    """Of how many products that we wrote, how many would be hidden or removed, and how many get another price."""

    of: int
    retired: int
    repriced: int

    def as_document(self) -> dict[str, int]:
        return asdict(self)


def allowed(of: int, percent: int) -> int:
    """How many may be changed unasked; with a share of zero none."""
    return max(_ALWAYS_ALLOWED, of * percent // 100) if percent else 0


def holds(danger: Danger, percent: int) -> bool:
    """Whether a person is to be asked."""
    most = allowed(danger.of, percent)
    return danger.retired > most or danger.repriced > most
