"""What is written to an order of the shop passes its schema, whatever the ERP holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from connector.core.invoices import VALID, Invoice, Paper, paper_of
from connector.core.situations import Move, decide
from connector.core.tracking import Tracking, clean, to_tell
from connector.wire import erp, webstore_orders
from connector.wire.erp_invoices import parse_invoice
from connector.wire.erp_orders import parse_changed
from connector.wire.exchange import Response
from scenarios.harness import documents

texts = st.text(max_size=80) | st.sampled_from(["", "AA000000000BR", "https://r.example/a"])
trackings = st.builds(Tracking, code=texts, url=texts, carrier=texts).map(clean)


def plain(document: object) -> object:
    return orjson.loads(orjson.dumps(document))


@settings(max_examples=200, deadline=None)
@given(trackings, trackings)
def test_a_shipment_passes_its_schema(shown: Tracking, told: Tracking) -> None:
    shipment = to_tell(shown, told, "shipped")
    if shipment is not None:
        document = plain(webstore_orders.shipment_document(shipment))
        assert schemas.problems("webstore/ShipmentWrite", document) == []
        status = webstore_orders.status_document("shipped", shipment, None, notify=False)
        assert schemas.problems("webstore/StatusWrite", plain(status)) == []


@pytest.mark.parametrize(
    "word", ["preparing", "invoiced", "ready", "shipped", "delivered", "not_delivered", "cancelled"]
)
def test_a_status_passes_its_schema(word: str) -> None:
    decision = decide("paid", word)
    assert isinstance(decision, Move)
    for status in decision.path:
        reason = "other" if status == "cancelled" else None
        document = webstore_orders.status_document(status, None, reason, notify=True)
        assert schemas.problems("webstore/StatusWrite", document) == []


invoices = st.builds(
    Invoice,
    invoice_id=st.just("1"),
    order_id=st.just("2"),
    state=st.just(VALID),
    key=st.from_regex(r"[0-9]{43}", fullmatch=True).map(documents.with_nfe_digit),
    number=st.none() | st.integers(-5, 10**10),
    series=st.none() | st.integers(-5, 2000),
    issued_on=st.none() | st.dates(date(2006, 1, 1), date(2100, 1, 1)),
    amount=st.none() | st.decimals(-1, 10**8, places=4),
)


@settings(max_examples=300, deadline=None)
@given(invoices, texts, st.booleans())
def test_an_invoice_passes_its_schema_or_is_not_told(invoice: Invoice, url: str, replaces: bool) -> None:
    paper = paper_of(invoice)
    if isinstance(paper, Paper):
        document = plain(webstore_orders.invoice_document(paper, url, replaces=replaces))
        assert schemas.problems("webstore/InvoiceWrite", document) == []


def answered(example: str) -> Response:
    path = schemas.ROOT / "erp" / "examples" / f"{example}.json"
    return Response(status=200, headers={}, body=path.read_bytes())


def test_the_documented_invoice_is_read_whole() -> None:
    content = erp.decipher(answered("nota.fiscal.obter.answer/valid-documented"))
    assert content is not None
    assert parse_invoice(content) == Invoice(
        invoice_id="880001",
        order_id="700100245",
        state=VALID,
        key="42260511222333000181550010000001321000001320",
        number=10,
        series=1,
        issued_on=date(2026, 5, 15),
        amount=D("69.70"),
    )


def test_every_example_of_the_list_of_orders_is_read() -> None:
    for path in sorted((schemas.ROOT / "erp" / "examples" / "pedidos.pesquisa.answer").glob("valid-*.json")):
        page = parse_changed(erp.decipher(Response(status=200, headers={}, body=path.read_bytes())))
        assert all(row.erp_id for row in page.rows), path.name
