"""Texts in the letters that the ERP's documents bear."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii

from connector.core.fields import text

_MARKS = str.maketrans({"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."})


def latin(value: str) -> str:
    """One line in Latin-1, which is all that the ERP's documents bear (erp-orders §14.4).

    A letter of another script becomes the letters that it sounds like: without it a name would be another one. Emoji
    and marks without a stand-in go.
    """
    composed = unicodedata.normalize("NFC", value.translate(_MARKS))
    return text(
        "".join(each if each <= "\xff" else _stand_in(each) for each in composed if each >= " " or each.isspace())
    )


def _is_seen(letter: str) -> bool:
    return letter >= " " or letter.isspace()


def _stand_in(letter: str) -> str:
    return anyascii(letter) if letter.isalnum() else " " if letter.isspace() else ""
