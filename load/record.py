"""The connector's own record of messages, by the command that prints it: `connector messages --json`."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from load.mistake import Mistake

Document = dict[str, Any]

_KEYS = {"store", "received_at", "state", "reason", "body"}
# Of a row's mark: more than enough for none of some million rows to be like another.
_SIGNS = 24


def read(command: Sequence[str]) -> list[Document]:
    """Every row that the command prints. Raises Mistake."""
    try:
        ended = subprocess.run(command, check=False, capture_output=True)
    except OSError as error:
        raise Mistake(f"--messages-command {command[0]} does not start ({error.strerror}): correct it.") from None
    if ended.returncode:
        last = ended.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise Mistake(f"--messages-command ended with status {ended.returncode}: {last[0]}")
    try:
        rows = [json.loads(line) for line in ended.stdout.splitlines()]
    except ValueError:
        rows = [None]
    if not all(isinstance(row, dict) and set(row) >= _KEYS for row in rows):
        raise Mistake("--messages-command printed something else than a connector's messages: add --json.")
    return rows


def marks(rows: Iterable[Document]) -> list[str]:
    """Each row by what stays the same, whatever becomes of it; its text is not told."""
    return [_mark(row) for row in rows]


def since(rows: Iterable[Document], before: Iterable[str]) -> list[Document]:
    """The rows that were not there when those marks were made: an earlier load's account for nothing of this one."""
    left, found = Counter(before), list[Document]()
    for row in rows:
        mark = _mark(row)
        if left[mark] > 0:
            left[mark] -= 1
        else:
            found.append(row)
    return found


def _mark(row: Document) -> str:
    text = json.dumps([row["store"], row["received_at"], row["body"]])
    return sha256(text.encode()).hexdigest()[:_SIGNS]
