"""Whether a CPF or CNPJ can be one (webstore-api §16.2): by its check digits, letters in a CNPJ included."""

from __future__ import annotations

from validate_docbr import CNPJ, CPF

_CPF, _CNPJ = CPF(), CNPJ()


def is_good(kind: str, document: str) -> bool:
    """`kind` is F, J or E. No document at all is legal (erp-contacts §6), and a foreigner's is anything."""
    if not document or kind == "E":
        return True
    return bool(_CNPJ.validate(document) if kind == "J" else _CPF.validate(document))
