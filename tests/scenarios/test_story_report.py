"""The HTML report of a run: what is in it, how its figures come about, and that no text in it does harm."""

from __future__ import annotations

import json
import pickle
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scenarios.harness.clock import BRASILIA
from scenarios.runner.playing import Performance
from scenarios.runner.record import Evidence, Record, Verdict
from scenarios.runner.report.events import LANES, MET_FAULT, REFUSED, WELL, bands, events
from scenarios.runner.report.freshness import freshness
from scenarios.runner.report.page import PART, page
from scenarios.runner.story import read_stories

BEGAN = datetime(2026, 8, 3, 8, 0, tzinfo=BRASILIA)

# The answer of the first order is lost, the connector dies, and the last line is not so.
STORY = """\
title: "</script><script>alert(1)</script><!-- ${}"
seed: 3
worlds:
  accounts: {matriz: {products: 3, variations: 0}}
steps:
  - merchant: connects
  - eventually: pulled
    within: 5m
  - operator: announces_products
  - operator: saves_webhook_addresses
  - operator: moves_stock
    any: 2
  - connector: is_killed
    down: 30s
    after: 1m
  - erp: is_down
    for: 2m
    after: 1m
  - shopper: orders
    as: morning
  - eventually: orders_in_erp_once
    within: 10m
  - expect: order_in_shop
    order: morning
    status: shipped
"""


@pytest.fixture
def played(write) -> Record:
    """A failing story, with its evidence."""
    (story,) = read_stories(write(STORY))
    performance = Performance(story=story, seed=story.seed, wall=None, say=lambda _: None, is_watched=True)
    return performance.play()


def data(text: str) -> dict[str, object]:
    """What the page holds, by the names of its parts, as a browser reads them."""
    found = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', text, re.DOTALL)
    return {name: json.loads(inside) for name, inside in found}


def evidence(**journals) -> Evidence:
    for entries in journals.values():
        for seq, entry in enumerate(entries, 1):
            entry.update(seq=seq, at=(BEGAN + timedelta(seconds=entry["at"])).isoformat())
    return Evidence(began=BEGAN, journals={name.replace("_", ":"): entries for name, entries in journals.items()})


def record_of(kept: Evidence) -> Record:
    return Record(title="a", path=Path("a.yaml"), seed=1, command="run a", verdict=Verdict.PASS, evidence=kept)


def moved(at: float, product: int, kind: str = "E", quantity: str = "1") -> dict[str, object]:
    return {"at": at, "kind": "stock_moved", "idProduto": product, "tipo": kind, "quantidade": quantity}


def told(at: float, product: int, balance: str) -> dict[str, object]:
    dados = {"idProduto": str(product), "saldo": balance}
    return {"at": at, "kind": "webhook", "tipo": "estoque", "dados": dados, "status": 200, "fault": None}


def mapped(product: int, sku: str) -> dict[str, object]:
    return {"at": 0, "kind": "mapped", "idProduto": product, "skuMapeamento": sku}


def written(at: float, target: int, quantity: float, status: int | None = 200) -> dict[str, object]:
    body = json.dumps({"items": [{"product_id": target, "variant_id": None, "quantity": quantity}]})
    return {"at": at, "kind": "api", "call": "POST /stock/batch", "status": status, "fault": None, "body": body}


def test_the_command_writes_a_page_that_holds_the_record(command, write, tmp_path):
    html = tmp_path / "run.html"
    ended = command("run", write(STORY), "--html", html)
    assert ended.status == 1
    (story,) = data(html.read_text(encoding="utf-8"))["run"]["stories"]
    assert (story["verdict"], story["seed"]) == ("fail", 3)
    assert story["command"] in ended.out
    broken = [one for one in story["shown"] if one["wrong"]]
    assert [one["name"] for one in broken] == ["expect: order_in_shop"]
    assert "order 1001: status is paid, not shipped" in broken[0]["wrong"]


def test_a_path_that_cannot_be_written_is_told(command, write, tmp_path):
    ended = command("run", write(STORY), "--html", tmp_path / "no" / "run.html")
    assert ended.status == 2
    assert "cannot be written" in ended.err


def test_every_step_and_every_entry_of_the_journals_is_in_the_page(played):
    inside = data(page([played]))
    (story,) = inside["run"]["stories"]
    assert [(one["at"], one["name"], one["told"]) for one in story["shown"]] == [
        (round(one.at, 3), one.name, one.told) for one in played.shown
    ]
    assert played.evidence is not None
    expected = [(name, entry) for name, entries in played.evidence.journals.items() for entry in entries]
    parts = [one for name, part in inside.items() if name.startswith("part-0-") for one in part]
    assert len(parts) == len(expected) == len(story["events"]["at"])
    assert sorted((one["source"], one["entry"]["seq"]) for one in parts) == sorted((n, e["seq"]) for n, e in expected)
    assert next(one for one in parts if one["entry"]["kind"] == "call")["entry"]["answer"].startswith('{"retorno"')
    assert story["events"]["at"] == sorted(story["events"]["at"])


def test_what_was_apart_while_the_erp_was_down_and_the_connector_dead_is_kept(played):
    assert played.evidence is not None
    kept = played.evidence
    assert [gap.orders for gap in kept.gaps if gap.orders] != []
    assert (kept.gaps[-1].stock, kept.gaps[-1].orders) == (0, 0)
    ((since, to),) = kept.downs
    assert to - since == pytest.approx(30, abs=1)
    down = next(band for band in bands(kept) if band.told == "outage: http_503")
    assert (LANES[down.lane], down.to - down.since) == ("erp", 120)


def test_evidence_comes_whole_from_a_process_of_its_own(played):
    assert pickle.loads(pickle.dumps(played)) == played


def test_without_the_option_nothing_is_kept(write):
    (story,) = read_stories(write(STORY))
    assert Performance(story=story, seed=3, wall=None, say=lambda _: None).play().evidence is None


def test_a_watched_story_tells_the_same(write, played):
    (story,) = read_stories(write(STORY))
    unwatched = Performance(story=story, seed=3, wall=None, say=lambda _: None).play()
    assert played.shown == unwatched.shown


def test_a_text_with_markup_ends_no_element(played):
    text = page([played])
    assert "alert(1)" in text
    assert "<script>alert" not in text
    assert text.count("</script>") == text.count("<script")
    assert data(text)["run"]["stories"][0]["title"].startswith("</script><script>alert(1)")


def test_the_page_asks_no_other_host_for_anything(played):
    text = page([played])
    markup = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
    assert "://" not in markup
    assert not re.search(r"\b(src|href|action)=|@import|url\(", markup)
    assert "default-src 'none'" in markup


def test_half_a_surrogate_pair_is_written(tmp_path):
    entries = [{"at": 0, "kind": "call", "service": "info.php", "status": 200, "answer": "\ud800"}]
    (tmp_path / "run.html").write_text(page([record_of(evidence(erp_matriz=entries))]), encoding="utf-8")


def test_many_entries_stand_in_parts():
    entries = [{"at": place, "kind": "call", "service": "info.php", "status": 200} for place in range(PART + 1)]
    inside = data(page([record_of(evidence(erp_matriz=entries))]))
    assert (len(inside["part-0-0"]), len(inside["part-0-1"])) == (PART, 1)


def test_calls_are_told_apart_by_how_they_ended():
    entries = [
        {"at": 0, "kind": "call", "service": "info.php", "status": 200, "code": 20},
        {"at": 1, "kind": "call", "service": "info.php", "status": 200, "code": 6},
        {"at": 2, "kind": "call", "service": "info.php", "status": None},
        {"at": 3, "kind": "call", "service": "info.php", "status": 503, "fault": "http_503"},
    ]
    shown = events(evidence(erp_matriz=entries))
    assert [(one.state, one.told) for one in shown] == [
        (WELL, "200, code 20"),
        (REFUSED, "200, code 6"),
        (REFUSED, "no answer"),
        (MET_FAULT, "503, fault http_503"),
    ]


def test_a_fault_by_count_lasts_until_the_last_call_that_met_it():
    fault = {"kind": "fault_ordered", "call": "GET /orders", "what": "maintenance", "calls": 2}
    call = {"kind": "api", "call": "GET /orders", "status": 503, "fault": "maintenance"}
    other = {"kind": "api", "call": "GET /products", "status": 503, "fault": "maintenance"}
    shop = [{"at": 5, **fault}, {"at": 7, **call}, {"at": 9, **call}, {"at": 11, **call}, {"at": 20, **other}]
    (band,) = bands(evidence(shop=shop))
    assert (LANES[band.lane], band.since, band.to) == ("webstore", 5, 9)
    assert band.told == "maintenance of GET /orders, met 2 times"


def test_freshness_is_from_the_movement_to_the_write_of_its_balance():
    erp = [mapped(7, "70"), moved(10, 7), told(11, 7, "4.0000"), moved(50, 7, "B", "9"), told(51, 7, "9")]
    # The old balance, a refusal, and the write of another product are no arrival.
    shop = [
        written(12, 70, 3),
        written(13, 70, 4, status=429),
        written(14, 71, 4),
        written(15, 70, 4),
        written(52, 70, 9),
    ]
    seen = freshness(evidence(erp_matriz=erp, shop=shop))
    assert (seen.seconds, seen.overtaken, seen.unseen) == ((2, 5), 0, 0)


def test_a_change_that_a_newer_one_overtakes_or_that_never_arrives_is_counted_apart():
    erp = [mapped(7, "70"), moved(10, 7, "B", "4"), moved(20, 7, "B", "5"), mapped(8, "80"), moved(30, 8, "B", "1")]
    seen = freshness(evidence(erp_matriz=erp, shop=[written(25, 70, 5)]))
    assert (seen.seconds, seen.overtaken, seen.unseen) == ((5,), 1, 1)


def test_a_product_that_no_shop_shows_has_nothing_to_arrive():
    seen = freshness(evidence(erp_matriz=[moved(10, 7, "B", "4"), mapped(7, "70")], shop=[]))
    assert (seen.seconds, seen.overtaken, seen.unseen) == ((), 0, 0)


def test_percentiles_are_by_nearest_rank():
    erp = [mapped(number, str(number)) for number in range(1, 101)]
    erp += [moved(0, number, "B", "5") for number in range(1, 101)]
    seen = freshness(evidence(erp_matriz=erp, shop=[written(number, number, 5) for number in range(1, 101)]))
    assert [seen.percentile(share) for share in (50, 95, 99)] == [50, 95, 99]


def test_a_body_that_the_journal_has_cut_is_read_as_far_as_it_goes():
    write = written(3, 70, 4)
    write["body"] = f'{str(write["body"])[:-2]},{{"product_id":71,"quan'
    seen = freshness(evidence(erp_matriz=[mapped(7, "70"), moved(1, 7, "B", "4")], shop=[write]))
    assert seen.seconds == (2,)
