"""The HTML report of a run, opened from a file without network: read, clicked, and with a great many events."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from scenarios.harness.clock import BRASILIA
from scenarios.runner.record import Evidence, Gap, Record, Shown, Verdict
from scenarios.runner.report.page import page as page_of

pytestmark = pytest.mark.browser

BEGAN = datetime(2026, 8, 3, 8, 0, tzinfo=BRASILIA)
# Generous: what is meant is that it opens at all, and that a click is answered.
OPENS_WITHIN_S = 30
_SIZE = {"width": 1366, "height": 900}


def at(seconds: float) -> str:
    return (BEGAN + timedelta(seconds=seconds)).isoformat()


def erp_entries(count: int, hours: float) -> Iterator[dict[str, Any]]:
    """Calls in bursts, with an outage in the middle of the time."""
    chance = random.Random(3)
    end = hours * 3600
    yield {"seq": 1, "at": at(end / 2), "kind": "outage_ordered", "what": "http_503", "seconds": end / 20}
    for number in range(2, count + 1):
        moment = min(end, chance.choice((0.1, 0.3, 0.5, 0.8)) * end + chance.expovariate(20 / end))
        is_down = end / 2 <= moment <= end * 0.55
        yield {
            "seq": number,
            "at": at(moment),
            "kind": "call",
            "service": chance.choice(("produto.obter.php", "pedido.incluir.php")),
            "method": "POST",
            "params": {"token": "····9dca", "id": str(number)},
            "code": None,
            "status": 503 if is_down else 200,
            "fault": "http_503" if is_down else None,
            "bytes": 41,
            "answer": f'{{"retorno":{{"status":"OK","id":"{number}"}}}}',
            "ended": at(moment + 0.2),
        }


def shop_entries(count: int, hours: float) -> Iterator[dict[str, Any]]:
    chance = random.Random(4)
    for number in range(1, count + 1):
        yield {
            "seq": number,
            "at": at(chance.random() * hours * 3600),
            "kind": "api",
            "call": "POST /stock/batch",
            "method": "POST",
            "path": "/loja/api/v1/stores/1/stock/batch",
            "status": 429 if number % 50 == 0 else 200,
            "fault": None,
            "query": "",
            "body": f'{{"items":[{{"product_id":{number},"variant_id":null,"quantity":4}}]}}',
        }


def record_of(count: int, hours: float = 10) -> Record:
    """A story that failed, with so many events in the journals."""
    half = count // 2
    gaps = [
        Gap(at=place * hours * 36, shop="loja", stock=(place * 7) % 20, orders=max(0, 50 - abs(50 - place)))
        for place in range(100)
    ]
    evidence = Evidence(began=BEGAN, gaps=gaps, downs=[(hours * 1000, hours * 1080)])
    evidence.journals = {"erp:matriz": [*erp_entries(half, hours)], "shop": [*shop_entries(count - half, hours)]}
    shown = [
        Shown(at=0, line="7", name="merchant: connects", told="connected"),
        Shown(at=hours * 1000, line="9", name="connector: is_killed", told="down for 10m"),
        Shown(at=hours * 1800, line="11", name="erp: is_down", told="10m"),
        Shown(at=hours * 3000, line="12", name="shopper: orders", told="50 orders"),
        Shown(at=hours * 3600, line="", name="no order lost", told="50 orders", wrong=("order 1007: not in the ERP",)),
    ]
    return Record(
        title="the ERP is down",
        path=Path("stories/down.yaml"),
        seed=11,
        command="python -m scenarios run stories/down.yaml --seed 11",
        shown=shown,
        verdict=Verdict.FAIL,
        clock_s=hours * 3600,
        real_s=4,
        evidence=evidence,
    )


async def opened(browser: Browser, tmp_path: Path, record: Record) -> Page:
    """The report in a browser that has no network."""
    file = tmp_path / "run.html"
    file.write_text(page_of([record]), encoding="utf-8")
    context = await browser.new_context(viewport=_SIZE, offline=True)
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page's program broke: {error}"))
    await page.goto(file.as_uri())
    return page


async def test_a_failed_story_opens_offline_and_a_call_is_shown_down_to_its_bytes(
    browser: Browser, tmp_path: Path, pictures: Path
):
    page = await opened(browser, tmp_path, record_of(1000))
    await expect(page.locator("#problems")).to_contain_text("order 1007: not in the ERP")
    await expect(page.locator("#command")).to_have_text("python -m scenarios run stories/down.yaml --seed 11")
    await expect(page.locator("#count")).to_have_text("1,000 of 1,000")
    await page.locator("#search").fill("pedido.incluir")
    await page.locator(".row", has_text="pedido.incluir.php").first.click()
    await expect(page.locator(".request")).to_contain_text("token=····9dca")
    await expect(page.locator(".answer")).to_contain_text("41 bytes")
    await expect(page.locator(".answer")).to_contain_text('{"retorno":{"status":"OK","id":"')
    await page.screenshot(path=pictures / "story-report-1000.png", full_page=True)


async def test_a_mark_on_a_lane_opens_its_call(browser: Browser, tmp_path: Path):
    record = record_of(10)
    assert record.evidence is not None
    record.evidence.journals = {"shop": [{**next(shop_entries(1, 10)), "at": at(18_000)}]}
    page = await opened(browser, tmp_path, record)
    box = await page.locator("#lanes").bounding_box()
    assert box is not None
    # The middle of ten hours, on the lane of the shop's platform, which is the fifth.
    middle = 82 + (box["width"] - 82) * (0.5 + 0.01) / 1.03
    await page.locator("#lanes").click(position={"x": middle, "y": 22 + 4 * 46 + 38})
    await expect(page.locator(".request")).to_contain_text('"product_id":1,')


async def test_a_hundred_thousand_events_open_and_are_scrolled_and_searched(
    browser: Browser, tmp_path: Path, pictures: Path
):
    record = record_of(100_000)
    began = time.monotonic()
    page = await opened(browser, tmp_path, record)
    await expect(page.locator("#count")).to_have_text("100,000 of 100,000", timeout=OPENS_WITHIN_S * 1000)
    assert time.monotonic() - began < OPENS_WITHIN_S
    await page.screenshot(path=pictures / "story-report-100000.png", full_page=True)
    await page.locator("#list").evaluate("list => { list.scrollTop = list.scrollHeight }")
    await expect(page.locator(".row").last).to_be_visible()
    # However long the list, only what is in sight is made.
    assert await page.locator(".row").count() < 60
    await page.locator(".row").last.click()
    await expect(page.locator(".entry")).to_contain_text('"kind"')
    await page.locator("#trouble").check()
    await expect(page.locator("#count")).not_to_have_text("100,000 of 100,000")
    await page.locator("#search").fill("fault http_503")
    await page.locator(".row.state-2").first.click()
    await expect(page.locator("#detail")).to_contain_text("met a fault: http_503")


async def test_a_text_with_markup_stays_text(browser: Browser, tmp_path: Path):
    record = record_of(10)
    record.title = "</script><script>document.title = 'broken'</script><img src=x onerror=\"document.title='broken'\">"
    page = await opened(browser, tmp_path, record)
    await expect(page.locator("#title")).to_have_text(record.title)
    await expect(page).to_have_title("Stories")
    assert await page.locator("img").count() == 0
