"""Lists: `page`, `per_page`, `X-Total-Count`, `Link` (§6.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fake_webstore.api.call import Answer, Call
from fake_webstore.errors import Detail, Invalid
from fake_webstore.shapes import detail

T = TypeVar("T")

PARAMETERS = frozenset({"page", "per_page"})
_DEFAULT, _MOST, _FURTHEST = 30, 200, 10_000


def page_of(call: Call, path: str, items: Sequence[T], show: Callable[[T], dict[str, Any]]) -> Answer:
    """The page that the query asks for, with its headers. Raises Invalid."""
    page = whole_number(call.query, "page", 1)
    size = whole_number(call.query, "per_page", _DEFAULT)
    if size > _MOST:
        raise Invalid(detail("too_large", "per_page"))
    if page * size > _FURTHEST:
        raise Invalid(Detail("page", "page_out_of_range", f"page × per_page is at most {_FURTHEST}."))
    start = (page - 1) * size
    headers = {"X-Total-Count": str(len(items))}
    if link := _link(call, path, page, -(-len(items) // size)):
        headers["Link"] = link
    return Answer(document=[show(item) for item in items[start : start + size]], headers=headers)


def whole_number(query: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    """A whole number of the query. Raises Invalid."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid(detail("invalid_format", name))
    if int(text) < least:
        raise Invalid(detail("too_small", name))
    return int(text)


def _link(call: Call, path: str, page: int, last: int) -> str:
    """Addresses of other pages; those that do not apply are absent."""
    pages = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    if last == 0:
        return ""
    if page <= 1 or page > last + 1:
        del pages["prev"]
    if page >= last:
        del pages["next"]
    base = f"{call.api_url}/stores/{call.store.id}{path}"
    return ", ".join(
        f'<{base}?{urlencode({**call.query, "page": number})}>; rel="{rel}"' for rel, number in pages.items()
    )
