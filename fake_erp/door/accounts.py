"""Door: make, change and look at accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from fake_erp.door.asked import whole_number, world_of
from fake_erp.settings import ADDRESSES, AT_CREATION, CHANGEABLE, OF_INTEGRATION, WEBHOOK_ADDRESSES, read_changes
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object
from scenarios.harness.journal import Journal, mask_url

# Shown otherwise: the token above, an integration's own below.
_NOT_SHOWN = {"token", *OF_INTEGRATION, *ADDRESSES}


def add_routes(app: web.Application, worlds: ErpWorlds, journal: Journal, create: Callable[..., ErpWorld]) -> None:
    async def make(request: web.Request) -> web.Response:
        return answer(described(create(**await read_object(request, set(AT_CREATION)))), 201)

    async def look(request: web.Request) -> web.Response:
        return answer(described(world_of(request, worlds)))

    async def change(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, set(CHANGEABLE) | {"probe"})
        probe = document.pop("probe", True)
        if not isinstance(probe, bool):
            raise DoorError("probe must be true or false")
        changes = read_changes(document)
        world.journal.require_room()
        if probe:
            await _require_answering(world, changes)
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
        "calls_per_minute": world.calls_per_minute,
        "depots": [{"nome": d.nome, "desconsiderar": "S" if d.ignored else "N"} for d in world.depots],
        "products": len(world.catalogue),
        **{name: getattr(settings, name) for name in sorted(CHANGEABLE) if name not in _NOT_SHOWN},
        **{name: _masked(getattr(settings, name)) for name in ADDRESSES if name not in OF_INTEGRATION},
        **_main_integration(world),
    }


def _main_integration(world: ErpWorld) -> dict[str, Any]:
    """The settings that are the main integration's; null where the account has none."""
    main = world.integrations.main
    addresses = main.addresses if main else {}
    return {
        "id_ecommerce": main.id if main else None,
        "send_physical": main.send_physical if main else None,
        "depot": main.depot if main else None,
        **{name: _masked(addresses.get(tipo, "")) for name, tipo in WEBHOOK_ADDRESSES.items()},
    }


def _masked(address: str) -> str:
    """An address holds a secret in its path."""
    return mask_url(address) if address else ""


async def _require_answering(world: ErpWorld, changes: dict[str, Any]) -> None:
    """Probe the addresses that are being saved, as the ERP's screen does (stock webhook §1)."""
    for name in ADDRESSES:
        if (address := changes.get(name)) and not await world.sender.probe(address):
            raise DoorError(f"{name}: Não foi possível acessar a URL")
