"""A product as it truly is: plain values under the ERP's names, for whoever compares."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from fake_erp.records import Product, plain

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

_LISTS = {"anexos", "imagens_externas", "kit", "estrutura", "etapas", "tags"}
_NOT_TEXT = {"id", "grade", "variation_ids", "balances", "reserved", *_LISTS}
_TEXTS = tuple(each.name for each in fields(Product) if each.name not in _NOT_TEXT)


def truth(world: ErpWorld, product: Product) -> dict[str, Any]:
    """Every field as plain text, stock by depot, variations nested as full records."""
    level = world.level(product)
    return {
        "id": product.id,
        **{name: str(getattr(product, name)) for name in _TEXTS},
        "anexos": list(product.anexos),
        "imagens_externas": list(product.imagens_externas),
        "kit": _parts(product.kit),
        "estrutura": _parts(product.estrutura),
        "etapas": list(product.etapas),
        "tags": list(product.tags),
        "grade": product.grade or {},
        "depositos": [
            {"nome": depot.nome, "saldo": plain(amount), "desconsiderar": "S" if depot.ignored else "N"}
            for depot, amount in level.depots
        ],
        "saldo": plain(level.physical),
        "saldoReservado": plain(level.reserved),
        "mapeamentos": [asdict(mapping) for mapping in world.catalogue.mappings(product.id)],
        "variacoes": [truth(world, child) for child in world.catalogue.children(product)],
    }


def _parts(parts: tuple[tuple[int, str], ...]) -> list[dict[str, Any]]:
    return [{"id_produto": part, "quantidade": quantity} for part, quantity in parts]
