"""A merchant's first day: install, token, the whole catalogue."""

from __future__ import annotations

from collections.abc import Callable

from connector.demo.compare import compare
from scenarios.runner.stage import Stage


def test_a_right_token_connects_and_pulls_the_whole_catalogue(play: Callable[..., None]) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_connection("connected")
        await stage.until_pulled(seconds=3600)
        result = compare(await stage.erp_products(), await stage.shop_products())
        assert result.is_equal, result.differences
        assert result.variations > 20

    play(story, erp={"products": 60, "plan": "potencializar", "variations_share": 0.33})
