"""What the connector has to do, by the figures that it tells (`/metrics`)."""

from __future__ import annotations

import re

_WORK = re.compile(r"^connector_backlog\{([^}]*)\} (\S+)$", re.MULTILINE)
_OLDEST = re.compile(r"^connector_backlog_seconds \S+$", re.MULTILINE)
# What is parked or dead waits for a person or for another message, not for the connector.
_LEFT = ('state="due"', 'state="failed"')


def work_left(text: str) -> int | None:
    """Pieces of work that are due or will be tried again; None if these are no connector's figures."""
    if not _OLDEST.search(text):
        return None
    found = _WORK.findall(text)
    return sum(round(float(count)) for labels, count in found if any(state in labels for state in _LEFT))
