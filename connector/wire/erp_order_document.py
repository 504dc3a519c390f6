"""A sales order as the ERP takes it: the document of `pedido.incluir.php` (erp-orders §2.2, §13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connector.core.orders import Address, ErpOrder, Instalment, Line, Payment, ShopOrder
from connector.wire.latin import latin

_BRASILIA = ZoneInfo("America/Sao_Paulo")

# Section 13.1.
_SITUATION_CODES = {"approved": "aprovado", "cancelled": "cancelado", "open": "aberto"}

# How much of each the ERP takes (section 2.2), in letters of Latin-1.
_NAME, _RECIPIENT, _STREET, _COMPLEMENT, _DISTRICT, _CITY, _EMAIL, _NOTE = 30, 60, 50, 50, 30, 30, 50, 100

# Section 13.2; anything else is `multiplas`, as clients do.
_PAYMENT = {
    "pix": "pix",
    "boleto": "boleto",
    "credit_card": "credito",
    "debit_card": "debito",
    "bank_transfer": "deposito",
}
# Section 13.5, the national table of the NF-e: vouchers of a shop are gift vouchers there.
_NFE_PAYMENT = {
    "credit_card": 3,
    "debit_card": 4,
    "voucher": 12,
    "boleto": 15,
    "pix": 17,
    "bank_transfer": 18,
    "wallet": 18,
}
_NFE_OTHER = 99
_BRANDS = {"visa": 1, "mastercard": 2, "amex": 3, "american_express": 3, "elo": 6, "hipercard": 7}
_OTHER_BRAND = 99

# Section 13.3 and 13.4; what nobody carries has neither, and the shop's own van is the sender's own transport.
_FREIGHT_PAYER = {"store": "R", "buyer": "D", "third_party": "T"}
_OWN_TRANSPORT, _NO_TRANSPORT = "3", "S"
_SHIPPING_FORM = {"correios": "C", "jadlog": "J", "loggi": "LOGGI", "total_express": "TOTALEXPRESS"}
_CUSTOM_FORM, _NO_FORM = "X", "S"


def situation_code(situation: str) -> str:
    """The code that sets a situation."""
    return _SITUATION_CODES[situation]


def order_document(wanted: ErpOrder, integrator_id: str | None) -> str:
    """The JSON text of `pedido`; cut to the sizes of section 2.2, what was cut off in the notes."""
    order, noted = wanted.order, notes(wanted)
    # Brasília's date: one in UTC falls on the next day late in the evening (erp-observed).
    day = order.created_at.astimezone(_BRASILIA).date()
    document: dict[str, Any] = {
        "data_pedido": _date(day),
        "numero_pedido_ecommerce": order.number,
        "ecommerce": "Webstore",
        "situacao": situation_code(wanted.situation),
        "obs": noted.printed,
        "obs_internas": noted.internal,
        "cliente": _customer(wanted),
        "itens": [{"item": _line(wanted, line)} for line in order.lines],
        "forma_pagamento": _method({part.method for part in wanted.instalments}),
        "parcelas": [{"parcela": _instalment(part, day)} for part in wanted.instalments],
        **_freight(order),
        "valor_frete": str(order.freight),
        "valor_desconto": str(wanted.discount),
        "outras_despesas": str(wanted.surcharge),
        **_where_it_is_known(wanted, integrator_id),
    }
    return orjson.dumps({"pedido": document}).decode()


def _where_it_is_known(wanted: ErpOrder, integrator_id: str | None) -> dict[str, Any]:
    """The fields that are left out where there is nothing to say."""
    order, more = wanted.order, dict[str, Any]()
    if integrator_id:
        more["id_ecommerce"] = int(integrator_id)
    if wanted.depot:
        more["nome_deposito"] = wanted.depot
    if wanted.nature:
        more["nome_natureza_operacao"] = wanted.nature
    if order.shipping is not None:
        recipient = {"nome_destinatario": _cut(order.shipping.recipient, _RECIPIENT)}
        more["endereco_entrega"] = _address(order.shipping) | recipient
    if integrated := [_integrated(payment) for payment in order.payments if _is_integrated(payment)]:
        more["pagamentos_integrados"] = [{"pagamento_integrado": payment} for payment in integrated]
    if order.intermediary is not None:
        institution = next((payment.institution for payment in order.payments if payment.institution), "")
        more["intermediador"] = {
            "nome": _cut(order.intermediary.name, 60) or "Marketplace",
            "cnpj": order.intermediary.document,
            **({"cnpjPagamento": institution} if institution else {}),
        }
    return more


def _freight(order: ShopOrder) -> dict[str, str]:
    if order.modality in ("pickup", "digital"):
        return {"frete_por_conta": _NO_TRANSPORT, "forma_envio": _NO_FORM, "forma_frete": _cut(order.service, 30)}
    is_own = order.modality == "own_delivery" or order.carrier == "own"
    found = {
        "frete_por_conta": _OWN_TRANSPORT if is_own else _FREIGHT_PAYER[order.freight_payer],
        "forma_envio": _SHIPPING_FORM.get(order.carrier, _CUSTOM_FORM),
        "forma_frete": _cut(order.service, 30),
    }
    # Of the forms that have a code the ERP knows the carrier itself.
    if order.carrier not in _SHIPPING_FORM and order.carrier_name:
        found["nome_transportador"] = _cut(order.carrier_name, 30)
    return found


def _is_integrated(payment: Payment) -> bool:
    """Whether a gateway stands behind it, which is what the NF-e asks about."""
    return bool(payment.institution or payment.authorization)


def _integrated(payment: Payment) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tipo_pagamento": _NFE_PAYMENT.get(payment.method, _NFE_OTHER),
        "valor": str(payment.amount),
    }
    if payment.institution:
        found["cnpj_intermediador"] = payment.institution[:14]
    if payment.authorization:
        found["codigo_autorizacao"] = payment.authorization[:128]
    if payment.card_brand:
        found["codigo_bandeira"] = _BRANDS.get(payment.card_brand.lower().replace(" ", "_"), _OTHER_BRAND)
    return found


@dataclass(frozen=True, kw_only=True)
class Notes:
    """Both notes of an order, and what found room in neither."""

    printed: str
    internal: str
    left_out: str


def notes(wanted: ErpOrder) -> Notes:
    """What does not fit where it belongs: on the printed note, then behind the mark on the internal one."""
    whole = latin(" | ".join(_note_parts(wanted.order)))
    # Brackets of a buyer's must not look like a mark of ours.
    behind = whole[_NOTE:].replace("[", "(").replace("]", ")").strip()
    room = max(0, _NOTE - len(wanted.mark) - 1)
    internal = f"{wanted.mark} {behind[:room]}".strip()
    return Notes(printed=whole[:_NOTE].strip(), internal=internal, left_out=behind[room:].strip())


def _note_parts(order: ShopOrder) -> list[str]:
    """What the parcel needs first. Of the address only what was cut off; the rest stands where it belongs."""
    place, buyer = order.shipping or order.billing, order.buyer
    cut = (
        (place.street, _STREET),
        (place.complement, _COMPLEMENT),
        (place.district, _DISTRICT),
        (place.city, _CITY),
        (place.recipient if order.shipping else "", _RECIPIENT),
    )
    parts = [f"Pedido Webstore {order.number}"]
    parts += [f"...{rest}" for value, size in cut if (rest := latin(value)[size:].strip())]
    parts += [place.reference] if place.reference else []
    parts += [buyer.name] if len(latin(buyer.name)) > _NAME else []
    parts += [buyer.email] if len(buyer.email) > _EMAIL else []
    parts += [f"Documento {buyer.document}"] if buyer.document and not buyer.erp_document else []
    parts += [order.notes] if order.notes else []
    return parts


def _customer(wanted: ErpOrder) -> dict[str, str]:
    buyer = wanted.order.buyer
    customer = _address(wanted.order.billing) | {
        "nome": _cut(buyer.name, _NAME),
        "tipo_pessoa": buyer.kind,
        "cpf_cnpj": buyer.erp_document,
        "ie": buyer.state_registration[:18],
        "rg": buyer.rg[:10],
        "fone": (buyer.phone or wanted.order.billing.phone)[:40],
        "pais": "Brasil",
        "atualizar_cliente": "S" if wanted.overwrites_customer else "N",
    }
    if buyer.trade_name:
        customer["nome_fantasia"] = _cut(buyer.trade_name, 60)
    # A cut address would be another one (clients drop it, section 2.2).
    if len(buyer.email) <= _EMAIL:
        customer["email"] = buyer.email
    return customer


def _address(place: Address) -> dict[str, str]:
    return {
        "endereco": _cut(place.street, _STREET),
        "numero": _cut(place.number, 10) or "S/N",
        "complemento": _cut(place.complement, _COMPLEMENT),
        "bairro": _cut(place.district, _DISTRICT),
        "cep": place.zip_code,
        "cidade": _cut(place.city, _CITY),
        "uf": place.state,
        "fone": place.phone[:40],
    }


def _line(wanted: ErpOrder, line: Line) -> dict[str, str]:
    return {
        "id_produto": wanted.product_ids[line.code],
        "codigo": line.code,
        "descricao": _cut(line.name, 120),
        "unidade": line.unit[:3],
        "quantidade": format(line.quantity, "f"),
        "valor_unitario": str(line.unit_price),
    }


def _instalment(part: Instalment, day: date) -> dict[str, str]:
    return {
        "dias": str(max(0, (part.due - day).days)),
        "data": _date(part.due),
        "valor": str(part.amount),
        "forma_pagamento": _method({part.method}),
    }


def _method(methods: set[str]) -> str:
    return _PAYMENT.get(next(iter(methods)), "multiplas") if len(methods) == 1 else "multiplas"


def _date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _cut(value: str, limit: int) -> str:
    """At most that much of it; what is cut off stands in the notes."""
    return latin(value)[:limit].strip()
