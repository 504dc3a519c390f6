"""Orders and contacts as they truly are: plain values under the ERP's names, for whoever compares."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fake_erp.contacts import Contact
from fake_erp.moments import write_moment
from fake_erp.orders import Order
from fake_erp.records import money
from fake_erp.situations import DESCRIPTIONS

_AMOUNTS = ("valor_frete", "valor_desconto", "outras_despesas", "total_produtos", "total_pedido")


def order_truth(order: Order) -> dict[str, Any]:
    """Every field; `situacao` is the code, and nothing is punctuated or left out."""
    return {
        "id": order.id,
        "numero": order.numero,
        "numero_ecommerce": order.numero_ecommerce,
        "id_ecommerce": order.id_ecommerce,
        "ecommerce": order.ecommerce,
        "situacao": order.situacao,
        "descricao_situacao": DESCRIPTIONS[order.situacao],
        "historico": [{"situacao": code, "quando": write_moment(at)} for code, at in order.history],
        "data_pedido": order.data_pedido.strftime("%d/%m/%Y"),
        "data_criacao": write_moment(order.inserted),
        "data_atualizacao": write_moment(order.updated),
        **{name: day.strftime("%d/%m/%Y") for name, day in order.days.items()},
        "id_contato": order.contact_id,
        "cliente": dict(order.cliente),
        "endereco_entrega": order.endereco_entrega,
        "itens": [asdict(item) for item in order.itens],
        "parcelas": list(order.parcelas),
        "marcadores": list(order.marcadores),
        "pagamentos_integrados": list(order.pagamentos_integrados),
        "intermediador": order.intermediador,
        **order.texts,
        **order.tracking_texts,
        **{name: money(getattr(order, name)) for name in _AMOUNTS},
        "estoque": order.stock,
        "id_entrega_ecommerce": order.delivery_id,
        "id_nota_fiscal": order.note_id,
    }


def contact_truth(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        **contact.data,
        "situacao": contact.situacao,
        "tipo": contact.types[0],
        "tipos": list(contact.types),
        "pessoas_contato": contact.people,
        "data_criacao": write_moment(contact.created),
        "data_atualizacao": write_moment(contact.updated),
    }
