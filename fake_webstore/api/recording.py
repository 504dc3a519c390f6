"""What the journal keeps of a call: never a secret, never more of a body than its endpoint says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson

from scenarios.harness.journal import mask, mask_url

# Bytes of a body, where an endpoint does not say otherwise.
USUAL = 2048


def body_text(raw: bytes, document: Any, secret_keys: Collection[str], most: int = USUAL) -> str:
    """At most so many bytes of the body. Where keys are secret, only a document in which they are masked."""
    if not secret_keys:
        return raw[:most].decode(errors="replace")
    if not isinstance(document, dict):
        return "(not recorded: no JSON object)"
    masked = {key: _masked(key, value) if key in secret_keys else value for key, value in document.items()}
    return orjson.dumps(masked, option=orjson.OPT_NON_STR_KEYS)[:most].decode(errors="replace")


def _masked(key: str, value: Any) -> Any:
    if value is None:
        return None
    return mask_url(str(value)) if key == "stock_webhook_url" else mask(str(value))
