"""Orders of a shop beside those of its ERP account, which other shops may sell from too."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.runner.scene import Document, Scene


@dataclass(frozen=True)
class Books:
    """The shop's orders, and the ERP's by the shop's number."""

    sold: list[Document]
    kept: dict[str, list[Document]]

    def of(self, order: Document) -> list[Document]:
        """What the ERP has of an order of the shop."""
        return self.kept.get(str(order["number"]), [])


async def books(scene: Scene) -> Books:
    """Both sides as they are now, without what belongs to another shop of the same account."""
    sold, neighbours = await scene.shop_orders(), await scene.neighbours_orders()
    kept: dict[str, list[Document]] = {}
    for order in await scene.erp_orders():
        if not _is_anothers(order, sold, neighbours):
            kept.setdefault(str(order["numero_ecommerce"]), []).append(order)
    return Books(sold, kept)


def _is_anothers(order: Document, sold: list[Document], neighbours: list[Document]) -> bool:
    """Whether an order of the ERP is another shop's; the shops' numbers may be the same, their buyers are not."""
    number = str(order["numero_ecommerce"])
    theirs = [one for one in neighbours if str(one["number"]) == number]
    ours = [one for one in sold if str(one["number"]) == number]
    if not theirs or not ours:
        return bool(theirs)
    return any(_is_for(order, one) for one in theirs) and not any(_is_for(order, one) for one in ours)


def _is_for(kept: Document, order: Document) -> bool:
    """Whether both are of the same buyer: by the document, or by the name of one from abroad, which the ERP may cut."""
    client, buyer = kept["cliente"], order["customer"]
    document = buyer["cpf"] or buyer["cnpj"]
    if document is not None:
        return _plain(client.get("cpf_cnpj", "")) == _plain(document)
    return not client.get("cpf_cnpj") and buyer["name"].startswith(client["nome"])


def _plain(document: str) -> str:
    return "".join(filter(str.isalnum, document))
