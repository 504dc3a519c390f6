"""The buttons of the merchant's page. Each goes back to the page, which says what was done."""

from __future__ import annotations

from aiohttp import web

from connector.flows import brake, door, pull
from connector.flows.env import Env
from connector.store import alarms, sales, stopped, work
from connector.store.engine import Connection
from connector.store.stopped import Which
from connector.store.work import Priority
from connector.web import session


async def synchronise(request: web.Request) -> web.StreamResponse:
    """Pull the catalogue now."""
    store_id, _, env = await session.checked_form(request)
    await env.db.write(pull.request, env, store_id)
    raise web.HTTPSeeOther(f"/app/{store_id}")


async def retry_order(request: web.Request) -> web.StreamResponse:
    """Have an order that is held looked at now."""
    store_id, _, env = await session.checked_form(request)
    is_queued = await env.db.write(_retry_order, env, store_id, int(request.match_info["order_id"]))
    raise web.HTTPSeeOther(f"/app/{store_id}{'?tentado=1' if is_queued else ''}")


def _retry_order(c: Connection, env: Env, store_id: int, order_id: int) -> bool:
    """Queue an order that waits for a person. The flow reads and checks it anew, so once too often does no harm."""
    found = sales.by_order(c, store_id, order_id)
    if found is None or found.state != sales.HELD:
        return False
    work.enqueue(c, store_id, "order", env.clock.now(), priority=Priority.ORDERS, key=str(order_id))
    return True


async def revive_one(request: web.Request) -> web.StreamResponse:
    """Have one stopped piece of work done."""
    store_id, _, env = await session.checked_form(request)
    which = Which(store_id=store_id, id=int(request.match_info["work_id"]))
    revived = await env.db.write(stopped.revive, which, env.clock.now())
    raise web.HTTPSeeOther(f"/app/{store_id}{'?retomado=1' if revived else ''}")


async def revive_all(request: web.Request) -> web.StreamResponse:
    """Have everything done that is stopped in this store."""
    store_id, _, env = await session.checked_form(request)
    revived = await env.db.write(stopped.revive, Which(store_id=store_id), env.clock.now())
    raise web.HTTPSeeOther(f"/app/{store_id}{'?retomado=1' if revived else ''}")


async def close_alarm(request: web.Request) -> web.StreamResponse:
    """The merchant has seen to it."""
    store_id, _, env = await session.checked_form(request)
    closed = await env.db.write(alarms.close, store_id, int(request.match_info["alarm_id"]), env.clock.now())
    raise web.HTTPSeeOther(f"/app/{store_id}{'?visto=1' if closed else ''}")


async def confirm_pull(request: web.Request) -> web.StreamResponse:
    """Let the pull go on that the brake has stopped."""
    store_id, _, env = await session.checked_form(request)
    is_done = await env.db.write(brake.confirm, env, store_id)
    raise web.HTTPSeeOther(f"/app/{store_id}{'?confirmado=1' if is_done else ''}")


async def discard_pull(request: web.Request) -> web.StreamResponse:
    """End the pull that the brake has stopped."""
    store_id, _, env = await session.checked_form(request)
    is_done = await env.db.write(brake.discard, env, store_id)
    raise web.HTTPSeeOther(f"/app/{store_id}{'?descartado=1' if is_done else ''}")


async def rotate_door(request: web.Request) -> web.StreamResponse:
    """Give the store another secret address; the one until now stays open for a while."""
    store_id, _, env = await session.checked_form(request)
    is_done = await env.db.write(door.rotate, env.vault, env.clock.now(), store_id)
    raise web.HTTPSeeOther(f"/app/{store_id}{'?trocado=1' if is_done else ''}")
