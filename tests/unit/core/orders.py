"""The contract's example of an order (webstore-api §10.10), for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

from connector.core.orders import Address, Buyer, Instalment, Line, Payment, ShopOrder

HOME = Address(
    recipient="Lívia Antunes Prado",
    street="Rua das Acácias",
    number="145",
    complement="Apto 302",
    district="Funcionários",
    city="Belo Horizonte",
    state="MG",
    zip_code="30140000",
    phone="",
    reference="",
)
BUYER = Buyer(
    kind="F",
    name="Lívia Antunes Prado",
    trade_name="",
    document="52998224725",
    state_registration="",
    rg="",
    email="livia.prado@example.com",
    phone="31987654321",
)


def line(code: str, quantity: str, price: str, discount: str = "0.00") -> Line:
    total = (D(quantity) * D(price)).quantize(D("0.01"), ROUND_HALF_UP) - D(discount)
    return Line(
        code=code,
        name=code,
        unit="UN",
        quantity=D(quantity),
        unit_price=D(price),
        discount=D(discount),
        total=total,
    )


# The contract's example (webstore-api §10.10).
ORDER = ShopOrder(
    order_id=88120455,
    number="1042",
    status="paid",
    created_at=datetime(2026, 8, 1, 23, 30, tzinfo=UTC),
    updated_at=datetime(2026, 8, 1, 23, 31, tzinfo=UTC),
    buyer=BUYER,
    billing=HOME,
    shipping=None,
    lines=(line("CAM-001-AZ-M", "2", "59.90", "9.80"), line("CAF-500", "1", "42.50")),
    instalments=tuple(
        Instalment(due=date(2026, month, 1), amount=amount, method="credit_card")
        for month, amount in ((9, D("55.39")), (10, D("55.38")), (11, D("55.38")))
    ),
    payments=(Payment(method="credit_card", amount=D("166.15"), card_brand="", authorization="", institution=""),),
    intermediary=None,
    carrier="correios",
    carrier_name="Correios",
    service="SEDEX",
    modality="carrier",
    freight_payer="buyer",
    discount=D("15.25"),
    freight=D("18.90"),
    surcharge=D("10.00"),
    total=D("166.15"),
    notes="Entregar após as 14h",
    tracking_code="",
    reference="",
    reference_number="",
    cancel_reason="",
)
