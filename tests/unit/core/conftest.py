"""A product with nothing out of the ordinary, for tests to vary."""

from decimal import Decimal

import pytest

from connector.core.catalogue import ErpProduct, Kind


@pytest.fixture(scope="session")
def plain() -> ErpProduct:
    return ErpProduct(
        erp_id="700200",
        code="CAN-1",
        name="Caneca",
        description="Porcelana",
        gtin="7891000315507",
        unit="un",
        ncm="6911.10.10",
        price=Decimal("29.90"),
        net_weight=Decimal("0.3"),
        gross_weight=Decimal("0.35"),
        height=Decimal(10),
        width=Decimal(8),
        length=Decimal(8),
        attachments=(),
        brand="",
        warranty="",
        category="",
        keywords="",
        video_url="",
        seo_title="",
        seo_description="",
        kind=Kind.SIMPLE,
        active=True,
        is_service=False,
        variations=(),
    )
