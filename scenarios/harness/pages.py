"""The control door's pages for people: the worlds, and of each its faults and its journal.

Plain HTML that only reads; whatever is changed is changed through the door itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
import orjson
from aiohttp import web

from scenarios.harness.worlds import World, Worlds

_SHOWN = 100
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def add_pages(
    app: web.Application, worlds: Worlds[Any], prefix: str, title: str, links: Sequence[tuple[str, str]]
) -> None:
    """`GET {prefix}/` and `GET {prefix}/pages/{world}?kind=&before=`."""

    def page(template: str, **context: Any) -> web.Response:
        text = _environment().get_template(template).render(title=title, prefix=prefix, **context)
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def show_worlds(_: web.Request) -> web.Response:
        return page("worlds.html", worlds=list(worlds), links=links)

    async def show_world(request: web.Request) -> web.Response:
        world: World = worlds.get(request.match_info["world"])
        kind, before = request.query.get("kind", ""), request.query.get("before", "")
        newest = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else len(world.journal) + 1
        wanted = (e for e in reversed(world.journal.since()) if e["seq"] < newest and kind in ("", e["kind"]))
        entries = list(islice(wanted, _SHOWN + 1))
        return page(
            "world.html",
            world=world,
            faults=world.faults.as_list(),
            kinds=Counter(entry["kind"] for entry in world.journal).most_common(),
            kind=kind,
            entries=entries[:_SHOWN],
            older=entries[_SHOWN - 1]["seq"] if len(entries) > _SHOWN else None,
        )

    app.router.add_get(prefix, show_worlds)
    app.router.add_get(f"{prefix}/", show_worlds)
    app.router.add_get(f"{prefix}/pages/{{world}}", show_world)


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    environment.filters["text"] = _text
    return environment


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
