"""A world's state as JSON and back: values with their types, and only types that the fake has named.

JSON has no dates, decimals, tuples or keys that are numbers, so what is none of its own kinds is written as
`{"$": <kind>, …}`. Reading makes objects of the named classes only, never of whatever a file asks for.

Version rule: a file says its `format` and `version`. A fake raises its version when something it saves changes its
meaning or loses a field, or a default changes; it then refuses older files by name. A new field with a default is no
reason: it is filled in.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

import orjson

_DEEPEST = 60


class SnapshotError(ValueError):
    """A snapshot cannot be written or read; the text says why."""


def sealed(format_: str, version: int, content: dict[str, Any]) -> dict[str, Any]:
    """The document of a world's content, with a digest of it."""
    return {"format": format_, "version": version, "digest": _digest(content), "world": content}


def opened(document: Any, format_: str, version: int, what: str) -> dict[str, Any]:
    """The content of a document that `sealed` made; `what` it is a snapshot of. Raises SnapshotError."""
    if not isinstance(document, dict) or document.get("format") != format_:
        raise SnapshotError(f"this is no snapshot of {what}: its 'format' is not {format_!r}")
    if document.get("version") != version:
        raise SnapshotError(
            f"the snapshot has version {document.get('version')!r} and this program reads {version}: "
            "make the world anew with this program and save it again"
        )
    content = document.get("world")
    if not isinstance(content, dict) or document.get("digest") != _digest(content):
        raise SnapshotError(
            "the snapshot is not as it was saved: load one that is, and change the world through the control door"
        )
    return content


def _digest(content: dict[str, Any]) -> str:
    """Of what is saved, whatever the order of its keys."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Codec:
    """Writes and reads values made of plain kinds and of `classes`, which are told apart by module and name.

    A class that is no dataclass is written by its attributes, without those that its `NOT_SAVED` names.
    """

    def __init__(self, classes: Collection[type]) -> None:
        self._classes = {_name(each): each for each in classes}

    def write(self, value: Any) -> Any:
        """What goes into the JSON document. Raises SnapshotError for a value of a kind that is not known."""
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        if isinstance(value, list):
            return [self.write(each) for each in value]
        if isinstance(value, dict) and type(value) is dict and all(isinstance(key, str) for key in value):
            return self._escaped({key: self.write(each) for key, each in value.items()})
        return self._tagged(value)

    def _escaped(self, document: dict[str, Any]) -> dict[str, Any]:
        """A dictionary whose own key is the mark is written as pairs, so that it cannot be mistaken."""
        return {"$": "dict", "pairs": [[k, v] for k, v in document.items()]} if "$" in document else document

    def _tagged(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Decimal):
            return {"$": "decimal", "is": str(value)}
        if isinstance(value, datetime):
            return {"$": "datetime", "is": value.isoformat()}
        if isinstance(value, date):
            return {"$": "date", "is": value.isoformat()}
        if isinstance(value, bytes):
            return {"$": "bytes", "is": value.hex()}
        if isinstance(value, (tuple, set, frozenset, deque)):
            kind = type(value).__name__
            # A set has no order of its own; two files of one state shall be alike.
            items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
            return {"$": kind if kind in _COLLECTIONS else "tuple", "is": [self.write(each) for each in items]}
        if isinstance(value, dict):
            kind = "counter" if isinstance(value, Counter) else "dict"
            return {"$": kind, "pairs": [[self.write(key), self.write(each)] for key, each in value.items()]}
        if self._classes.get(name := _name(type(value))) is type(value):
            return {"$": name, "is": self.attributes(value)}
        raise SnapshotError(f"a {type(value).__name__} cannot be saved")

    def attributes(self, value: object) -> dict[str, Any]:
        """The written attributes of an object; of a dataclass those that are not as they are by default."""
        if is_dataclass(value):
            given = ((each, getattr(value, each.name)) for each in fields(value))
            return {each.name: self.write(held) for each, held in given if not _is_default(held, _default(each))}
        left_out: frozenset[str] = getattr(type(value), "NOT_SAVED", frozenset())
        return {name: self.write(each) for name, each in vars(value).items() if name not in left_out}

    def read(self, document: Any, depth: int = 0) -> Any:
        """The value of a written document. Raises SnapshotError for what no `write` makes."""
        if depth > _DEEPEST:
            raise SnapshotError("the snapshot is nested too deep")
        if isinstance(document, list):
            return [self.read(each, depth + 1) for each in document]
        if not isinstance(document, dict):
            return document
        if "$" not in document:
            return {key: self.read(each, depth + 1) for key, each in document.items()}
        try:
            return self._untagged(document, depth)
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            if isinstance(error, SnapshotError):
                raise
            raise SnapshotError(f"unreadable {document.get('$')!r} in the snapshot: {error}") from None

    def _untagged(self, document: dict[str, Any], depth: int) -> Any:
        kind = document["$"]
        if kind in ("dict", "counter"):
            pairs = {self.read(key, depth + 1): self.read(each, depth + 1) for key, each in document["pairs"]}
            return Counter(pairs) if kind == "counter" else pairs
        if kind in _SCALARS:
            return _SCALARS[kind](document["is"])
        if kind in _COLLECTIONS:
            return _COLLECTIONS[kind](self.read(each, depth + 1) for each in document["is"])
        if kind not in self._classes:
            raise SnapshotError(f"the snapshot holds a {kind!r}, which is not known here")
        return self._object(self._classes[kind], document["is"], depth)

    def _object(self, kind: type, written: dict[str, Any], depth: int) -> Any:
        values = {name: self.read(each, depth + 1) for name, each in written.items()}
        made: Any = object.__new__(kind)
        if is_dataclass(kind):
            known = {each.name: each for each in fields(kind)}
            if unknown := sorted(set(values) - set(known)):
                raise SnapshotError(f"{kind.__name__} has no {unknown[0]!r}")
            for name in known.keys() - values.keys():
                values[name] = _default(known[name])
                if values[name] is MISSING:
                    raise SnapshotError(f"{kind.__name__} lacks {name!r}")
        for name, value in values.items():
            object.__setattr__(made, name, value)
        return made

    def restore(self, target: object, written: Any) -> None:
        """Set the attributes of an object that exists already; those that were not saved stay as they are."""
        if not isinstance(written, dict):
            raise SnapshotError(f"the part {type(target).__name__} must be an object")
        for name, each in written.items():
            if name not in vars(target):
                raise SnapshotError(f"{type(target).__name__} has no {name!r}")
            setattr(target, name, self.read(each))


def _name(kind: type) -> str:
    return f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"


def _is_default(value: Any, default: Any) -> bool:
    """Alike to the last digit: 1 and 1.00 are not."""
    return bool(value == default) and repr(value) == repr(default)


def _default(field: Field[Any]) -> Any:
    """What a field is unless told otherwise; MISSING where it has to be told."""
    return field.default if field.default_factory is MISSING else field.default_factory()


_SCALARS: dict[str, Any] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": bytes.fromhex,
}
_COLLECTIONS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset, "deque": deque}
