"""CPF and CNPJ by their check digits (webstore-api §16.2)."""

import pytest

from connector.wire.documents import is_good


@pytest.mark.parametrize(
    ("kind", "document", "good"),
    [
        ("F", "52998224725", True),
        ("F", "52998224726", False),
        ("F", "11111111111", False),
        ("J", "11222333000181", True),
        ("J", "11222333000182", False),
        ("J", "12ABC34501DE35", True),
        ("J", "12ABC34501DE36", False),
        ("J", "52998224725", False),
        ("F", "", True),
        ("E", "AB-99/1", True),
    ],
)
def test_a_document_is_judged_by_its_check_digits(kind: str, document: str, good: bool) -> None:
    assert is_good(kind, document) is good
