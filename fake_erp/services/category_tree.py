"""`produtos.categorias.arvore.php`: the categories as a tree, in an envelope of its own (contract, products §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp.envelope import Answer
from fake_erp.product_message import category_id
from fake_erp.seeding import CATEGORY_SEPARATOR
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.services.call import Call


def tree(call: Call) -> Answer:
    """`retorno` is an array without status; leaves have an empty list. Ids are those of product messages."""
    root: dict[str, Any] = {}
    for product in call.world.catalogue.parents():
        if product.situacao != "E" and product.categoria:
            branch = root
            for level in product.categoria.split(CATEGORY_SEPARATOR):
                branch = branch.setdefault(level, {})
    return Answer(call.moods.speller("categorias", 0), _nodes(root, ()))


def _nodes(branch: dict[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": category_id((*path, name)),
            "descricao": name,
            "nodes": _nodes(below, (*path, name)),
        }
        for name, below in branch.items()
    ]


SERVICES = (Service(name="produtos.categorias.arvore.php", perform=tree, json_by_default=True),)
