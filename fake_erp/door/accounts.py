"""Door: make, change and look at accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from fake_erp.door.asked import whole_number, world_of
from fake_erp.settings import AT_CREATION, CHANGEABLE, read_changes
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, answer, read_object
from scenarios.harness.journal import Journal


def add_routes(app: web.Application, worlds: ErpWorlds, journal: Journal, create: Callable[..., ErpWorld]) -> None:
    async def make(request: web.Request) -> web.Response:
        return answer(described(create(**await read_object(request, set(AT_CREATION)))), 201)

    async def look(request: web.Request) -> web.Response:
        return answer(described(world_of(request, worlds)))

    async def change(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        changes = read_changes(await read_object(request, set(CHANGEABLE)))
        world.journal.require_room()
        if "token" in changes:
            worlds.change_token(world, changes.pop("token"))
            # Never the token itself.
            world.journal.append("settings_changed", token=world.masked_token)
        if changes:
            world.change(changes)
        return answer(described(world))

    async def statistics(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        return answer(world.statistics.as_dict(world.calls_per_minute, world.quota.peak))

    async def root_journal(request: web.Request) -> web.Response:
        limit = whole_number(request, "limit", 1000)
        return answer(journal.since(whole_number(request, "since", 0), request.query.get("kind"), limit))

    base = f"{PREFIX}/worlds"
    app.router.add_post(base, make)
    app.router.add_get(f"{base}/{{world}}", look)
    app.router.add_patch(f"{base}/{{world}}", change)
    app.router.add_get(f"{base}/{{world}}/statistics", statistics)
    app.router.add_get(f"{PREFIX}/journal", root_journal)


def described(world: ErpWorld) -> dict[str, Any]:
    """An account as the door shows it. The token is here and nowhere else."""
    settings = world.settings
    return {
        "name": world.name,
        "seed": world.seed,
        "token": world.token,
        "cnpj": world.company.cnpj,
        "company_name": world.company.razao_social,
        "plan": settings.plan,
        "calls_per_minute": world.calls_per_minute,
        "id_ecommerce": settings.id_ecommerce,
        "depots": [{"nome": d.nome, "desconsiderar": "S" if d.ignored else "N"} for d in world.depots],
        "products": len(world.catalogue),
        "blocked": settings.blocked,
        "api_access": settings.api_access,
        "moods": settings.moods,
        "list_variations": settings.list_variations,
        "parent_sums": settings.parent_sums,
        "reservation": settings.reservation,
        "count_refused": settings.count_refused,
        "old_rows": settings.old_rows,
        "latency": settings.latency,
    }
