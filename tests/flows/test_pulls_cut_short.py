"""A pull whose account goes away in its middle does not stand in the way of the next one."""

from __future__ import annotations

from collections.abc import Callable

from connector.demo.compare import compare
from connector.demo.merchant import Merchant
from connector.store import pulls
from scenarios.runner.stage import Stage

Play = Callable[..., None]
ERP = {"products": 40, "variations_share": 0.0}


async def _in_the_middle_of_a_pull(stage: Stage) -> Merchant:
    merchant = await stage.connect()

    async def is_half_done() -> bool:
        pull = await stage.product.env.db.read(pulls.current, stage.store_id())
        return pull is not None and 5 < pull.done < 35

    await stage.until(is_half_done, "half a pull", seconds=3600)
    return merchant


async def _whole(stage: Stage) -> None:
    async def is_equal() -> bool:
        return compare(await stage.erp_products(), await stage.shop_products()).is_equal

    await stage.until(is_equal, "the whole catalogue", seconds=3600)


def test_the_app_removed_during_a_pull_and_installed_again_pulls_the_whole_catalogue(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant = await _in_the_middle_of_a_pull(stage)
        await merchant.uninstall()
        await stage.clock.sleep(60)
        await merchant.install()
        await merchant.save_token(stage.erp.token)
        await _whole(stage)

    play(story, erp=ERP)
