"""What the shop is told of a parcel: code, address, either alone, either changed."""

from __future__ import annotations

import pytest

from connector.core.tracking import Shipment, Tracking, clean, to_tell

OLD, NEW = "AA000000000BR", "BB111111111BR"
THERE, ELSEWHERE = "https://r.example/a", "https://r.example/b"


def shipment(code: str, url: str | None) -> Shipment:
    return Shipment(code=code, url=url, carrier="Correios")


@pytest.mark.parametrize(
    ("shown", "told", "expected"),
    [
        (("", ""), ("", ""), None),
        (("", ""), (OLD, ""), shipment(OLD, "")),
        (("", ""), ("", THERE), shipment("", THERE)),
        (("", ""), (OLD, THERE), shipment(OLD, THERE)),
        ((OLD, ""), (OLD, ""), None),
        ((OLD, THERE), (OLD, THERE), None),
        ((OLD, THERE), (OLD, ""), None),
        ((OLD, THERE), ("", ""), None),
        ((OLD, ""), (OLD, THERE), shipment(OLD, THERE)),
        ((OLD, THERE), (OLD, ELSEWHERE), shipment(OLD, ELSEWHERE)),
        ((OLD, THERE), (NEW, ELSEWHERE), shipment(NEW, ELSEWHERE)),
        # The old address would lead to the old parcel.
        ((OLD, THERE), (NEW, ""), shipment(NEW, None)),
        # An address that came before its code is that code's.
        (("", THERE), (OLD, ""), shipment(OLD, "")),
    ],
)
def test_only_what_is_new_is_told(shown: tuple[str, str], told: tuple[str, str], expected: Shipment | None) -> None:
    known = Tracking(code=shown[0], url=shown[1])
    assert to_tell(known, Tracking(code=told[0], url=told[1], carrier="Correios"), "shipped") == expected


@pytest.mark.parametrize("status", ["awaiting_payment", "payment_review", "delivered", "cancelled"])
def test_an_order_that_takes_no_shipment_is_told_none(status: str) -> None:
    assert to_tell(Tracking(code="", url=""), Tracking(code=OLD, url=THERE), status) is None


@pytest.mark.parametrize("url", ["rastreio.example/a", "ftp://r.example/a", "javascript:alert(1)"])
def test_an_address_that_the_shop_would_refuse_does_not_hold_back_the_code(url: str) -> None:
    assert clean(Tracking(code="X" * 80, url=url, carrier="C" * 80)) == Tracking(
        code="X" * 60, url="", carrier="C" * 60
    )
