"""Secrets at rest: sealed with the keys of CONNECTOR_KEYS, found again by a keyed mark.

The first key seals, all of them open, so that a key is rotated by putting a new one in front.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """A secret cannot be opened: it was sealed with a key that is not configured."""


def new_key() -> str:
    """A fresh key for CONNECTOR_KEYS."""
    return Fernet.generate_key().decode()


class Vault:
    """Seals and opens texts. Raises ValueError for keys that are none."""

    def __init__(self, keys: list[str]) -> None:
        if not keys:
            raise ValueError("no key given: `connector key` prints one")
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # Marks outlive a rotation only with the oldest key, which is the last one.
        self._mark_key = hashlib.sha256(b"mark:" + keys[-1].encode()).digest()
        self._sign_key = hashlib.sha256(b"sign:" + keys[-1].encode()).digest()

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise VaultError("a stored secret was sealed with a key that is not in CONNECTOR_KEYS") from None

    def mark(self, secret: str) -> str:
        """The same text for the same secret, and no way back: for looking a secret up."""
        return hmac.new(self._mark_key, secret.encode(), hashlib.sha256).hexdigest()

    def sign(self, text: str) -> str:
        """A signature for cookies and forms of our own pages."""
        return hmac.new(self._sign_key, text.encode(), hashlib.sha256).hexdigest()
