"""The natures of operation of an account; no 2.0 service lists them (orders §13.8)."""

from __future__ import annotations

# By their ids. What an order names is looked for here.
NATURES: dict[int, str] = {
    710_001: "Venda de mercadorias",
    710_002: "Venda de mercadorias a contribuinte do ICMS",
    710_003: "Venda para consumidor final de outro estado",
    710_004: "Devolução de venda",
}
DEFAULT = 710_001


def named(text: str) -> int | None:
    """The id of a nature by its name or its id."""
    folded = text.strip().casefold()
    return next((number for number, name in NATURES.items() if folded in (str(number), name.casefold())), None)
