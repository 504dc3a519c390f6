"""The whole program on PostgreSQL: connect, pull, restart in the middle, nothing lost or doubled."""

from connector.store import work


async def test_a_pull_on_postgresql_brings_the_catalogue_and_leaves_no_work(stage, postgres_url):
    opened = await stage(erp={"products": 4, "plan": "potencializar"}, database_url=postgres_url)
    await opened.connect()
    await opened.until_connection("connected")
    await opened.stop_connector()
    await opened.start_connector()
    await opened.until_pulled(seconds=120)
    wanted = {str(product["codigo"]).strip() for product in await opened.erp_products() if product["situacao"] == "A"}
    shown = [product["code"] for product in await opened.shop_products()]
    assert set(shown) <= wanted
    assert len(shown) == len(set(shown)) > 0

    async def at_rest():
        due = await opened.product.env.db.read(work.stores_with_due_work, opened.clock.now())
        return due == []

    await opened.until(at_rest, "the end of all due work")
    counts = await opened.product.env.db.read(work.counts, opened.store_id())
    assert {"parked", "dead"}.isdisjoint(counts)
