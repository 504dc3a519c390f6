"""The fake on a loop whose time jumps: hours of quota pass in a moment, over real sockets."""

from __future__ import annotations

import aiohttp
import looptime
from aiohttp import web

from fake_erp.app import FakeErp
from scenarios.harness.clock import VirtualClock


def in_virtual_time(story) -> None:
    loop = looptime.new_event_loop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()


async def _sixty_a_minute_for_ten_minutes() -> None:
    clock = VirtualClock()
    fake = FakeErp(clock)
    token = fake.create_world(name="loja").token
    runner = web.AppRunner(fake.api(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    codes = []
    async with aiohttp.ClientSession() as session:
        for _ in range(60):
            for _ in range(10):
                async with session.post(
                    f"http://127.0.0.1:{port}/api2/info.php", data={"token": token, "formato": "json"}
                ) as reply:
                    codes.append(b'"OK"' in await reply.read())
            await clock.sleep(10)
    await runner.cleanup()
    assert codes == [True] * 600
    assert fake.worlds.get("loja").quota.peak == 60


def test_ten_virtual_minutes_of_a_fully_used_quota_meet_no_block():
    in_virtual_time(_sixty_a_minute_for_ten_minutes())
