"""Two instances on one virtual loop: days of retries in real seconds, and nothing shared."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import looptime
from aiohttp import web
from aiohttp.test_utils import TestServer

from fake_webstore import catalogue, webhooks
from fake_webstore.app import FakeWebstore
from scenarios.harness.clock import VIRTUAL_START, VirtualClock


def test_the_retry_calendar_takes_46_virtual_hours() -> None:
    attempts: list[timedelta] = []

    async def story() -> None:
        clock = VirtualClock()
        fake, other = FakeWebstore(clock), FakeWebstore(clock)

        async def refuse(_: web.Request) -> web.Response:
            attempts.append(clock.now() - VIRTUAL_START)
            return web.Response(status=500)

        app = web.Application()
        app.router.add_post("/hook", refuse)
        server = TestServer(app)
        await server.start_server(access_log=None)
        world = fake.create_world(name="demo", stores=[{"installed": True}])
        assert len(other.worlds) == 0
        store = next(iter(world.stores.values()))
        document = {"url": f"http://127.0.0.1:{server.port}/hook", "events": ["product.created"]}
        webhooks.subscribe(world, store, document)
        catalogue.put(world, store, "A", {"name": "x", "price": "1.00"})
        await clock.sleep(60 * 3600)
        await fake.close()
        await server.close()

    run_virtually(story())
    assert [round(at.total_seconds() / 60) for at in attempts] == [0, 1, 6, 21, 81, 261, 621, 1341, 2781]


def test_the_site_answers_on_a_virtual_loop() -> None:
    async def story() -> None:
        fake = FakeWebstore(VirtualClock())
        world = fake.create_world(name="demo", stores=[{"installed": True}])
        store = next(iter(world.stores.values()))
        assert store.installation
        server = TestServer(fake.site())
        await server.start_server(access_log=None)
        headers = {"Authorization": f"Bearer {store.installation.access_token}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for _ in range(100):
                address = f"http://127.0.0.1:{server.port}/demo/api/v1/stores/{store.id}"
                async with http.get(address) as answer:
                    assert answer.status in (200, 429)
                    if answer.status == 429:
                        await asyncio.sleep(int(answer.headers["Retry-After"]))
        await server.close()
        await fake.close()

    run_virtually(story())


def run_virtually(story: Any) -> None:
    """Run on a loop of its own whose time jumps."""
    loop = looptime.new_event_loop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()
