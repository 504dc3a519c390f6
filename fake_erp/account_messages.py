"""What the account itself tells whoever the merchant names: every order, every movement of stock.

Needs the extension Webhooks (order webhooks §1 and §6, stock webhook §5). Nothing here asks for an integration or
a mapping, and no message names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import addresses, messages, shipping
from fake_erp.company import dotted_document
from fake_erp.deliveries import ACCOUNT
from fake_erp.moods import AMOUNT, HOLLOW, INTEGER, WORD, Table
from fake_erp.records import Product, plain
from fake_erp.situations import description

if TYPE_CHECKING:
    from fake_erp.moods import Speller
    from fake_erp.orders import Order
    from fake_erp.worlds import ErpWorld

INSERTED, CHANGED, STOCK = "inclusao_pedido", "atualizacao_pedido", "estoque"

_ORDER = Table(
    id=INTEGER,
    numero=INTEGER,
    data=WORD,
    idPedidoEcommerce=WORD,
    codigoSituacao=WORD,
    descricaoSituacao=WORD,
    idContato=INTEGER,
    idNotaFiscal=INTEGER,
    nomeEcommerce=WORD,
)
_CUSTOMER = Table(nome=WORD, cpfCnpj=HOLLOW)
# Captured: the id always a JSON number, `sku` "" where there is none (observed, Shapes).
_STOCK = Table(idProduto=WORD, sku=WORD, nome=WORD, saldo=AMOUNT)


def tell_order(world: ErpWorld, order: Order, tipo: str) -> None:
    """Tell that an order was made or changed, by whomever."""
    if not addresses.of_account(world, tipo):
        return
    speller = messages.speller(world, ACCOUNT, tipo)
    content = speller.record(_ORDER, _values(world, order, speller))
    # The id's other name (observed, Notifications).
    if speller.roll("idPedido") < 48:
        content = {"idPedido": content.pop("id"), **content}
    freight = order.tracking.get("forma_envio") or order.texts.get("forma_envio", "")
    # Ten keys were captured, without it; with it they are eleven (§6).
    if freight and speller.roll("formaEnvio") >= 64:
        form = shipping.form_of(freight)
        named = (str(form.id), form.nome) if form else ("0", freight)
        content["formaEnvio"] = dict(zip(("id", "descricao"), named, strict=True))
    content["cliente"] = speller.record(_CUSTOMER, _customer(world, order))
    messages.post(world, ACCOUNT, tipo, f"order:{order.id}", content, subject=order.id)


def tell_stock(world: ErpWorld, product: Product) -> None:
    """Tell a balance after a movement: what lies in the depots that count, reserved or not."""
    if not addresses.of_account(world, STOCK):
        return
    balance = plain(world.level(product).physical)
    values = {"idProduto": product.id, "sku": product.codigo, "nome": product.nome, "saldo": balance}
    content = messages.speller(world, ACCOUNT, STOCK).record(_STOCK, values)
    messages.post(world, ACCOUNT, STOCK, f"product:{product.id}", content, subject=product.id)


def _values(world: ErpWorld, order: Order, speller: Speller) -> dict[str, Any]:
    integration = world.integrations.get(order.id_ecommerce)
    return {
        "id": order.id,
        "numero": order.numero,
        "data": order.data_pedido.strftime("%d/%m/%Y"),
        "idPedidoEcommerce": order.numero_ecommerce,
        "codigoSituacao": order.situacao,
        "descricaoSituacao": description(order.situacao, speller.roll("situacao")),
        "idContato": order.contact_id,
        "idNotaFiscal": order.note_id,
        "nomeEcommerce": integration.nome if integration else order.ecommerce,
    }


def _customer(world: ErpWorld, order: Order) -> dict[str, str]:
    document = order.cliente.get("cpf_cnpj", "")
    masked = dotted_document(document) if world.settings.mask_documents else document
    return {"nome": order.cliente.get("nome", ""), "cpfCnpj": masked}
