"""From an order of the shop to the sales order that the ERP shall get, or why it has to wait."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core import money
from connector.core.money import Unproved
from connector.core.orders import Choices, ErpOrder, Hold, ShopOrder, mark_of
from connector.core.reasons import Reason


def translate(
    order: ShopOrder, store_id: int, product_ids: Mapping[str, str], choices: Choices, *, has_good_document: bool
) -> ErpOrder | Hold:
    """The sales order to insert. `product_ids` is code → ERP id of what the ERP has.

    `has_good_document` says whether the buyer's CPF or CNPJ can be one: by it the ERP finds its customer, so that a
    wrong one would register another.
    """
    if unknown := [line.code for line in order.lines if line.code not in product_ids]:
        return Hold(reason=Reason.ORDER_UNKNOWN_CODE, detail=", ".join(dict.fromkeys(unknown)))
    if not has_good_document:
        return Hold(reason=Reason.ORDER_DOCUMENT, detail=order.buyer.document)
    amounts = money.prove(order)
    if isinstance(amounts, Unproved):
        return Hold(reason=Reason.ORDER_MONEY, detail=amounts.arithmetic)
    return ErpOrder(
        order=order,
        product_ids=product_ids,
        situation="approved",
        discount=amounts.discount,
        surcharge=amounts.surcharge,
        instalments=amounts.instalments,
        mark=mark_of(store_id, order.order_id),
        depot=choices.depot or "",
        nature=(choices.contributor_nature if order.buyer.is_icms_contributor else None) or choices.nature or "",
        overwrites_customer=choices.overwrites_customer,
    )
