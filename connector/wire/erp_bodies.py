"""Bodies as they come to the ERP's door: whether they can be read at all, before anybody asks what they say."""

from __future__ import annotations

import re
import zlib
from urllib.parse import unquote_plus

from connector.core.errors import ContractBroken
from connector.core.reasons import Reason
from connector.wire.erp_messages import envelope_of

# A message is some 200 bytes; the longest that the contract names (an order with its products) some 20,000.
LONGEST = 256 * 1024

# A message is two objects deep, an order's with its items four.
DEEPEST = 32

# 32 + MAX_WBITS: gzip or zlib, whichever its first bytes say; below zero: deflate without either's frame.
_PACKED = {
    "gzip": (32 + zlib.MAX_WBITS,),
    "x-gzip": (32 + zlib.MAX_WBITS,),
    "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS),
}

# A text, also one that does not end, or a bracket: what is in texts does not count.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z|\\\Z)|([\[{])|([\]}])', re.DOTALL)


def read_body(body: bytes, encoding: str = "") -> str:
    """The text of a message that can be read. Raises ContractBroken with the reason to put the body aside.

    Decides by the body: one that is not packed as its header says is read as it is.
    """
    if not encoding or encoding.lower() == "identity":
        return _read(body)
    unpacked = _unpack(body, encoding.lower())
    if unpacked is not None:
        return _read(unpacked)
    try:
        return _read(body)
    except ContractBroken:
        raise ContractBroken(Reason.BODY_BADLY_PACKED, encoding[:40]) from None


def _read(body: bytes) -> str:
    if len(body) > LONGEST:
        raise ContractBroken(Reason.BODY_TOO_LARGE, f"more than {LONGEST} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ContractBroken(Reason.BODY_NOT_UTF8, f"byte {error.start}") from None
    if _is_too_deep(text):
        raise ContractBroken(Reason.BODY_TOO_DEEP, f"more than {DEEPEST} levels")
    try:
        envelope_of(text)
    except ContractBroken as error:
        raise ContractBroken(Reason.BODY_UNREADABLE, error.detail) from None
    return text


def _is_too_deep(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        # A form: its brackets are written with percent signs.
        text = unquote_plus(text)
    # Few brackets cannot be deep, and this is all that an ordinary message costs.
    if text.count("{") + text.count("[") <= DEEPEST:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += (found[1] is not None) - (found[2] is not None)
        if depth > DEEPEST:
            return True
    return False


def _unpack(body: bytes, encoding: str) -> bytes | None:
    """What was packed, or its beginning where it is too long; None where it is not packed so, or not to its end."""
    for bits in _PACKED.get(encoding, ()):
        unpacker = zlib.decompressobj(bits)
        try:
            text = unpacker.decompress(body, LONGEST + 1)
        except zlib.error:
            continue
        if unpacker.eof or len(text) > LONGEST:
            return text
    return None
