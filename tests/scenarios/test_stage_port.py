"""The port of a stage's connector: closed while it is down, and nobody else's."""

from __future__ import annotations

import socket

import aiohttp
import pytest


def test_the_port_of_a_dead_connector_is_closed_and_stays_its_own(play):
    async def story(stage):
        await stage.stop_connector()
        with pytest.raises(aiohttp.ClientConnectorError):
            await stage.http.get(f"{stage.url}/health")
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", stage.port))
        await stage.start_connector()
        async with stage.http.get(f"{stage.url}/health") as answer:
            assert answer.status == 200

    play(story)
