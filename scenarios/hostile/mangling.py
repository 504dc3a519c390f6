"""Requests that no honest client sends, made from honest ones: values, documents, fields and encodings (pure).

Everything is drawn from the `Random` that is given, so a number says which request is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

import orjson

TEXTS = (
    *("", " ", "0", "-1", "1e9", "9" * 40, "1.5", "0,10", "NaN", "Infinity", "-0", "1_000", "0x10", "+5"),
    *("\x00", "\x01\x02\x1f\x7f", "\r\nX: y", "\t", "\u2028", "\ufeff", "\u202e", "\ud800", "\udfff"),
    *("٣", "९", "½", "𝟙", "²", "ſ", "İ", "\u0130\u0307", "a\u0301" * 30, "🐘", "ß", "ﬁ", "\ufffd"),
    *("<script>alert(1)</script>", "<x>&amp;]]>", "' OR 1=1 --", "%", "%00", "{{7*7}}", "${7*7}", "../../etc/passwd"),
    *("null", "true", "[]", "{}", "S", "N", "31/02/2026", "00/00/0000", "29/02/2024 24:61:61", "1/1/1", "01/01/0001"),
    *("31/12/9999 23:59:59", "2026-08-03", "json", "xml", "B", "aprovado", "faturado", "cancelado", "x" * 70_000),
)
SCALARS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e300, -1e-300, 2**63 - 1, -(2**63), [], {}, [[]], [{}], {"": ""}),
    *({"item": None}, [None], ["x"], [1, [2]]),
)
HEADERS = (
    *("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "text/plain"),
    *("application/json", "multipart/form-data", "multipart/form-data; boundary=", "application/xml", 'a/b; c="d'),
    *("application/x-www-form-urlencoded; charset=nonsense", "", "/", "*/*", "multipart/mixed; boundary=x"),
)
METHODS = ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW")
_DEEPEST = 6
# Longer lines are refused by the server library, before anything of ours: 8,190 bytes is its bound.
_LONGEST_QUERY = 7000


@dataclass(frozen=True, slots=True)
class Honest:
    """A request as it is documented: text fields, some of which hold a document, and perhaps a JSON body.

    `keys` are fields without which nothing is reached; they are mostly left alone.
    """

    path: str
    fields: dict[str, Any]
    body: Any = None
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    keys: frozenset[str] = frozenset({"token", "formato", "csrf"})


@dataclass(frozen=True, slots=True)
class Raw:
    """What goes on the wire; `number` is the one that makes it again."""

    number: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        shown = self.body[:600]
        return f"request {self.number}: {self.method} {self.target[:300]} {dict(self.headers)} {shown!r}"


def mangled(honest: Honest, number: int, random: Random) -> Raw:
    """One hostile request, made from an honest one."""
    fields = {
        name: value if name in honest.keys and random.random() < 0.97 else _value(value, random)
        for name, value in honest.fields.items()
    }
    _fields(fields, honest.keys, random)
    encode = random.choices(_ENCODERS, _WEIGHTS)[0]
    body, query, content_type = encode(fields, random)
    if honest.body is not None and random.random() < 0.7:
        body, query, content_type = _json(_document(honest.body, random), random), _query(fields), "application/json"
    if random.random() < 0.03:
        body = _torn(body, random)
    if random.random() < 0.03:
        content_type = random.choice(HEADERS)
    method = random.choice(METHODS) if random.random() < 0.03 else honest.method
    headers = (*honest.headers, *((("Content-Type", content_type),) if content_type else ()), *_odd_headers(random))
    target = _path(honest.path, random) + (f"?{query[:_LONGEST_QUERY]}" if query else "")
    return Raw(number, method, target, headers, body)


def _value(value: Any, random: Random) -> Any:
    if isinstance(value, (dict, list)):
        return _document(value, random)
    return _text(random) if random.random() < 0.15 else value


def _document(document: Any, random: Random) -> Any:
    """A copy with one to four places changed."""
    copy = deepcopy(document)
    for _ in range(random.randint(0, 4)):
        holder, key = _place(copy, random)
        if holder is None:
            return _odd(random)
        _DEEDS[random.randrange(len(_DEEDS))](holder, key, random)
    return copy


def _place(document: Any, random: Random) -> tuple[Any, Any]:
    """A place somewhere in a document: what holds it, and its key."""
    holder, key = None, None
    for _ in range(_DEEPEST):
        if not isinstance(document, (dict, list)) or not document:
            break
        holder = document
        key = random.choice(list(document)) if isinstance(document, dict) else random.randrange(len(document))
        document = document[key]
        if random.random() < 0.15:
            break
    return holder, key


def _swap(holder: Any, key: Any, random: Random) -> None:
    holder[key] = _odd(random)


def _drop(holder: Any, key: Any, _: Random) -> None:
    del holder[key]


def _wrap(holder: Any, key: Any, random: Random) -> None:
    """One element as a list, a list as an object, a value as an object."""
    holder[key] = random.choice([[holder[key]], {"registro": holder[key]}, {"0": holder[key]}])


def _repeat(holder: Any, key: Any, random: Random) -> None:
    holder[key] = [holder[key]] * random.choice([2, 3, 25, 120])


def _add(holder: Any, key: Any, random: Random) -> None:
    if isinstance(holder, dict):
        holder[random.choice(["", "id", "\x00", "__proto__", "campo_desconhecido", "x" * 300])] = _odd(random)
    else:
        holder.append(_odd(random))


def _nest(holder: Any, key: Any, random: Random) -> None:
    for _ in range(random.choice([5, 60, 900])):
        holder[key] = [holder[key]] if random.random() < 0.5 else {"a": holder[key]}


_DEEDS: tuple[Callable[[Any, Any, Random], None], ...] = (_swap, _swap, _swap, _drop, _wrap, _repeat, _add, _nest)


def _odd(random: Random) -> Any:
    # A copy, as what is added to it later must not show in another request.
    return deepcopy(random.choice(SCALARS)) if random.random() < 0.4 else _text(random)


def _text(random: Random) -> str:
    kind = random.random()
    if kind < 0.75:
        return random.choice(TEXTS)
    if kind < 0.9:
        return "".join(chr(random.choice((random.randrange(128), random.randrange(0x11_0000)))) for _ in range(12))
    return str(random.choice((random.randrange(-10, 10**12), random.uniform(-1e6, 1e6))))


def _fields(fields: dict[str, Any], keys: frozenset[str], random: Random) -> None:
    """Some fields missing, misspelt or added."""
    names = [name for name in fields if name not in keys or random.random() < 0.1]
    if names and random.random() < 0.08:
        del fields[names.pop(random.randrange(len(names)))]
    if names and random.random() < 0.04:
        name = random.choice(names)
        fields[random.choice([name.upper(), f"{name}[]", f" {name}", f"{name}\x00", ""])] = fields.pop(name)
    if random.random() < 0.05:
        fields[_text(random)[:200]] = _text(random)
    if random.random() < 0.004:
        fields.update({f"campo{number}": "1" for number in range(1500)})


def _packed(value: Any, random: Random | None = None) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return _json(value, random) if random else orjson.dumps(value)


def _json(document: Any, random: Random) -> bytes:
    """JSON text that may hold what is none: lone surrogates, numbers beyond all bounds, other encodings."""
    text = _dumped(document, random)
    kind = random.random()
    if kind < 0.02:
        return text.encode("utf-16", "surrogatepass")
    if kind < 0.04:
        return text.encode("latin-1", "replace")
    if kind < 0.06:
        return b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")


def _dumped(value: Any, random: Random) -> str:
    """Without recursion limits of a library: written here, because no library writes what is wrong."""
    done: list[str] = []
    todo: list[Any] = [(value,)]
    while todo:
        piece = todo.pop()
        if isinstance(piece, str):
            done.append(piece)
            continue
        each = piece[0]
        if isinstance(each, dict):
            parts: list[Any] = ["{"]
            for number, (name, inner) in enumerate(each.items()):
                parts += [f"{',' if number else ''}{_quoted(name)}:", (inner,)]
            todo += reversed([*parts, "}"])
        elif isinstance(each, list):
            parts = ["["]
            for number, inner in enumerate(each):
                parts += [*([","] if number else []), (inner,)]
            todo += reversed([*parts, "]"])
        elif isinstance(each, str):
            done.append(_quoted(each))
        elif random.random() < 0.02:
            done.append(random.choice(["1e999", "NaN", "-", "01", "9" * 400, "0." + "3" * 400, "tru"]))
        else:
            done.append(orjson.dumps(each).decode())
    return "".join(done)


def _quoted(text: str) -> str:
    try:
        return orjson.dumps(text).decode()
    except orjson.JSONEncodeError:
        return '"' + "".join(f"\\u{ord(c):04x}" if 0xD800 <= ord(c) < 0xE000 else "?" for c in text) + '"'


def _query(fields: dict[str, Any], random: Random | None = None) -> str:
    return "&".join(
        f"{quote_from_bytes(_packed(name))}={quote_from_bytes(_packed(value, random))}"
        for name, value in fields.items()
    )


Encoded = tuple[bytes, str, str]


def _as_form(fields: dict[str, Any], random: Random) -> Encoded:
    return _query(fields, random).encode(), "", "application/x-www-form-urlencoded"


def _as_query(fields: dict[str, Any], random: Random) -> Encoded:
    return b"", _query(fields, random), ""


def _as_multipart(fields: dict[str, Any], random: Random) -> Encoded:
    edge = b"limite"
    parts = [
        b"--" + edge + b'\r\nContent-Disposition: form-data; name="' + _packed(name).replace(b"\n", b"")
        + b'"\r\n\r\n' + _packed(value, random) + b"\r\n"
        for name, value in fields.items()
    ]  # fmt: skip
    return b"".join(parts) + b"--" + edge + b"--\r\n", "", "multipart/form-data; boundary=limite"


def _as_mixed(fields: dict[str, Any], random: Random) -> Encoded:
    first = {name: value for name, value in fields.items() if isinstance(value, str) and len(value) < 500}
    query = _query(dict(list(first.items())[:5]), random)
    return _query(fields, random).encode(), query, "application/x-www-form-urlencoded"


def _as_json(fields: dict[str, Any], random: Random) -> Encoded:
    return _json(fields, random), "", "application/json"


def _as_raw_bytes(fields: dict[str, Any], random: Random) -> Encoded:
    """Unquoted, as careless clients send it."""
    raw = b"&".join(_packed(name) + b"=" + _packed(value, random) for name, value in fields.items())
    return raw, "", "application/x-www-form-urlencoded"


_ENCODERS: tuple[Callable[[dict[str, Any], Random], Encoded], ...] = (
    *(_as_form, _as_query, _as_multipart, _as_mixed, _as_json, _as_raw_bytes),
)
_WEIGHTS = (60, 12, 10, 6, 4, 8)


def _torn(body: bytes, random: Random) -> bytes:
    """Cut off, or with some bytes that are none of its encoding."""
    at = random.randrange(len(body) + 1)
    return body[:at] if random.random() < 0.5 else body[:at] + random.randbytes(8) + body[at + 8 :]


def _path(path: str, random: Random) -> str:
    if random.random() > 0.01:
        return path
    return random.choice([f"{path}/", f"{path}.php", path.upper(), path[:-1], f"/{path}", f"{path}%00", "/%ff", "/*"])


def _odd_headers(random: Random) -> tuple[tuple[str, str], ...]:
    if random.random() > 0.04:
        return ()
    return (
        random.choice(
            [
                *(("Developer-Id", "x" * 3000), ("Accept", "é\t"), ("Cookie", "a=b; ;=;" * 50), ("Host", "")),
                *(("Content-Encoding", "gzip"), ("Content-Encoding", "nonsense"), ("Accept-Encoding", "*;q=9")),
                *(("X-Forwarded-For", "::1"), ("Range", "bytes=9-1"), ("If-None-Match", "*"), ("Expect", "nothing")),
            ]
        ),
    )
