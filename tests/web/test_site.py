"""What every answer has, health, metrics, and what an answer never shows."""

from datetime import timedelta

import pytest

from connector.store import work
from connector.store.work import Priority
from scenarios.runner.stage import Stage

POLICY = "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"


@pytest.fixture
async def opened(stage) -> Stage:
    return await stage()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health", 200),
        ("/metrics", 200),
        ("/oauth/callback", 400),
        ("/erp/estoque/wrong", 404),
        ("/app/entrar", 403),
        ("/app/1", 403),
        ("/nowhere", 404),
        ("/static/page.css", 200),
    ],
)
async def test_every_answer_has_the_security_headers(opened, path, status):
    async with opened.http.get(f"{opened.url}{path}", allow_redirects=False) as answer:
        assert answer.status == status
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_health_is_good_while_the_database_answers(opened):
    async with opened.http.get(f"{opened.url}/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_metrics_count_work_by_kind_and_outcome(opened):
    merchant = opened.merchant()
    await merchant.log_in()
    await merchant.install()

    async def counted():
        async with opened.http.get(f"{opened.url}/metrics") as answer:
            assert answer.content_type == "text/plain"
            return 'connector_work_total{kind="subscribe",outcome="done"} 1.0' in await answer.text()

    await opened.until(counted, "the count")


async def test_metrics_tell_what_is_left_to_do(installed):
    now, store_id = installed.product.env.clock.now(), installed.store_id()

    def give_up(c):
        work.enqueue(c, store_id, "pull", now, priority=Priority.RECONCILE, key="of a test")
        (job,) = work.claim(c, store_id, {int(Priority.RECONCILE): 1}, now, timedelta(seconds=45))
        work.stop(c, job, work.DEAD, "erp_busy", "")

    await installed.product.env.db.write(give_up)
    async with installed.http.get(f"{installed.url}/metrics") as answer:
        text = await answer.text()
    assert 'connector_backlog{reason="erp_busy",state="dead"} 1.0' in text
    assert "\nconnector_backlog_seconds " in text
