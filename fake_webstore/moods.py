"""The disorder that the contract allows on the wire (§2): what a client must not mind in an answer.

One seeded choice for each answer, by the world and the number of its call.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from random import Random
from typing import Any

import orjson

# Keys in another order; keys that nobody knows; every letter beyond ASCII escaped; blanks and line breaks.
KEY_ORDER, NEW_KEYS, ESCAPES, LAYOUT = "key_order", "new_keys", "escapes", "layout"
NAMES = (KEY_ORDER, NEW_KEYS, ESCAPES, LAYOUT)
_NEW = {"x_beta": True, "x_segmento": "ouro", "x_origem": None, "x_rascunho": {"itens": [1, 2]}}
_NEW_KEY_IN = 3


def write(document: Any, moods: Collection[str], roll: str) -> bytes:
    """The document as JSON, spelled as the moods and the roll have it."""
    if not moods:
        return orjson.dumps(document)
    random = Random(roll)
    disordered = _disordered(document, moods, random)
    is_escaped = ESCAPES in moods and random.random() < 0.5
    is_laid_out = LAYOUT in moods and random.random() < 0.5
    if is_escaped:
        return json.dumps(disordered, ensure_ascii=True, indent=1 if is_laid_out else None).encode()
    return orjson.dumps(disordered, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE if is_laid_out else None)


def _disordered(value: Any, moods: Collection[str], random: Random) -> Any:
    if isinstance(value, list):
        return [_disordered(each, moods, random) for each in value]
    if not isinstance(value, dict):
        return value
    pairs = [(key, _disordered(each, moods, random)) for key, each in value.items()]
    if NEW_KEYS in moods and not random.randrange(_NEW_KEY_IN):
        pairs.append(random.choice(list(_NEW.items())))
    if KEY_ORDER in moods:
        random.shuffle(pairs)
    return dict(pairs)
