"""Compares what the ERP holds with what the shop shows, field by field.

On purpose it shares nothing with `connector.core` and `connector.wire`: a mistake in the mapping must
not be made a second time in its proof. Both sides are read from the fakes' control doors.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from stdnum import ean

from connector.demo.tally import Tally

# The article's fifteen fields (webstore-api §7.4).
FIELDS = (
    "Código",
    "Nome",
    "Estoque atual",
    "Descrição complementar",
    "GTIN",
    "Unidade",
    "NCM",
    "Preço",
    "Peso líquido",
    "Peso bruto",
    "Altura da embalagem",
    "Largura da embalagem",
    "Comprimento da embalagem",
    "Anexos",
    "Informações relacionadas",
)

# The balance alone, once stock was moved and sold.
STOCK = "Estoque no fim"

Values = dict[str, Any]


@dataclass
class Comparison(Tally):
    """The article's fields, and products that only one side has."""

    rows: tuple[str, ...] = FIELDS
    products: int = 0
    variations: int = 0
    inactive: int = 0
    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return super().is_equal and not self.missing and not self.surplus


def compare(erp: list[dict[str, Any]], shop: list[dict[str, Any]]) -> Comparison:
    """Every active product of the ERP, with its variations, against the shop's catalogue."""
    result = Comparison()
    shown, expected = {product["code"]: product for product in shop}, _active(erp)
    result.inactive = sum(product["situacao"] == "I" for product in erp)
    result.surplus = sorted(set(shown) - set(expected))
    for code, product in expected.items():
        if code not in shown:
            result.missing.append(code)
            continue
        result.products += 1
        for name, ours, theirs in _pairs(product, shown[code]):
            result.variations += name != code
            for row, value in ours.items():
                result.add(row, name, value, theirs.get(row))
    return result


def compare_stock(erp: list[dict[str, Any]], shop: list[dict[str, Any]]) -> Tally:
    """The balances alone: the ERP's, not below zero, against what the shop was told."""
    result, shown = Tally((STOCK,)), {product["code"]: product for product in shop}
    for code, product in _active(erp).items():
        if code not in shown:
            result.add(STOCK, code, _level(product), None)
            continue
        for name, ours, theirs in _pairs(product, shown[code]):
            result.add(STOCK, name, ours["Estoque atual"], theirs.get("Estoque atual"))
    return result


def _active(erp: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(product["codigo"]).strip(): product for product in erp if product["situacao"] == "A"}


def _pairs(product: dict[str, Any], shown: dict[str, Any]) -> Iterator[tuple[str, Values, Values]]:
    children = product.get("variacoes") or []
    ours, theirs = _expected(product), _shown(shown)
    if children:
        # A product with variations shows the sum of theirs.
        ours["Estoque atual"] = sum((_level(child) for child in children), Decimal(0))
    yield ours["Código"], ours, theirs
    variants = {variant["code"]: variant for variant in shown["variants"]}
    for child in children:
        code = str(child["codigo"]).strip()
        yield code, _expected_variation(child, product), _shown_variation(variants.get(code), shown)


def _expected(product: dict[str, Any]) -> Values:
    return {
        "Código": str(product["codigo"]).strip(),
        "Nome": " ".join(product["nome"].split()),
        "Estoque atual": _level(product),
        "Descrição complementar": _visible(product["descricao_complementar"]),
        "GTIN": _gtin(product["gtin"]),
        "Unidade": product["unidade"].strip().upper() or "UN",
        "NCM": _ncm(product["ncm"]),
        "Preço": _rounded(product["preco"], "0.01"),
        "Peso líquido": _rounded(product["peso_liquido"], "0.001"),
        "Peso bruto": _rounded(product["peso_bruto"], "0.001"),
        "Altura da embalagem": _rounded(product["alturaEmbalagem"], "0.01"),
        "Largura da embalagem": _rounded(product["larguraEmbalagem"], "0.01"),
        "Comprimento da embalagem": _rounded(product["comprimentoEmbalagem"], "0.01"),
        "Anexos": list(dict.fromkeys([*product["anexos"], *product["imagens_externas"]])),
        "Informações relacionadas": {
            "marca": product["marca"].strip() or None,
            "categoria": [part.strip() for part in product["categoria"].split(">>") if part.strip()],
            "garantia": product["garantia"].strip() or None,
            "palavras": [w.strip() for w in product["seo_keywords"].split(",") if w.strip()],
            "vídeo": product["link_video"].strip() or None,
            "título": product["seo_title"].strip() or None,
            "resumo": product["seo_description"].strip() or None,
        },
    }


def _shown(product: dict[str, Any]) -> Values:
    related = product["related"] or {}
    return {
        "Código": product["code"],
        "Nome": product["name"],
        "Estoque atual": Decimal(str(product["stock"]["quantity"])),
        "Descrição complementar": _visible(product["description_html"] or ""),
        "GTIN": product["gtin"],
        "Unidade": product["unit"],
        "NCM": product["ncm"],
        "Preço": Decimal(product["price"]),
        "Peso líquido": Decimal(product["net_weight_kg"]),
        "Peso bruto": Decimal(product["gross_weight_kg"]),
        "Altura da embalagem": Decimal(product["package"]["height_cm"]),
        "Largura da embalagem": Decimal(product["package"]["width_cm"]),
        "Comprimento da embalagem": Decimal(product["package"]["length_cm"]),
        "Anexos": [image["source_url"] for image in product["images"]],
        "Informações relacionadas": {
            "marca": product["brand"],
            "categoria": list(product["category_path"] or []),
            "garantia": related.get("warranty"),
            "palavras": list(related.get("keywords") or []),
            "vídeo": related.get("video_url"),
            "título": related.get("seo_title"),
            "resumo": related.get("seo_description"),
        },
    }


def _expected_variation(child: dict[str, Any], parent: dict[str, Any]) -> Values:
    # What a variation does not fill in itself it inherits from its parent.
    def own(key: str, step: str) -> Decimal:
        return _rounded(child[key], step) or _rounded(parent[key], step)

    return {
        "Código": str(child["codigo"]).strip(),
        "Nome": sorted(child["grade"].items()),
        "Estoque atual": _level(child),
        "GTIN": _gtin(child["gtin"]),
        "Preço": own("preco", "0.01"),
        "Peso líquido": own("peso_liquido", "0.001"),
        "Peso bruto": own("peso_bruto", "0.001"),
    }


def _shown_variation(variant: dict[str, Any] | None, product: dict[str, Any]) -> Values:
    if variant is None:
        return {}
    return {
        "Código": variant["code"],
        "Nome": sorted(zip(product["options"], variant["option_values"], strict=True)),
        "Estoque atual": Decimal(str(variant["stock"]["quantity"])),
        "GTIN": variant["gtin"],
        "Preço": Decimal(variant["price"] or product["price"]),
        "Peso líquido": Decimal(variant["net_weight_kg"] or product["net_weight_kg"]),
        "Peso bruto": Decimal(variant["gross_weight_kg"] or product["gross_weight_kg"]),
    }


def _level(product: dict[str, Any]) -> Decimal:
    return max(Decimal(0), Decimal(product["saldo"])).quantize(Decimal("0.001"), ROUND_DOWN)


def _rounded(value: str, step: str) -> Decimal:
    return Decimal(value or 0).quantize(Decimal(step), ROUND_HALF_UP)


def _gtin(value: str) -> str | None:
    return value if ean.is_valid(value) else None


def _ncm(value: str) -> str | None:
    digits = value.replace(".", "")
    return digits if re.fullmatch(r"[0-9]{8}", digits) else None


def _visible(text: str) -> str:
    """What a person reads: the shop cleans the markup, and plain text becomes paragraphs."""
    is_markup = re.search(r"<[a-zA-Z/!][^>]*>", text) is not None
    words = html.unescape(re.sub(r"<[^>]*>", " ", text)) if is_markup else html.unescape(text)
    return " ".join(words.split())
