"""Reads the order that a client sends to `pedido.incluir.php` (contract, orders §2.2 and §2.3).

Every fault found goes into one list of reasons; sizes are the documented ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from fake_erp.moments import parse_moment
from fake_erp.orders import Item, Order
from fake_erp.records import ZERO
from fake_erp.services.call import whole
from fake_erp.situations import OPEN, SETTABLE, situation_named
from scenarios.harness.clock import BRASILIA

_CUSTOMER = {
    "codigo": 30,
    "nome": 30,
    "nome_fantasia": 60,
    "tipo_pessoa": 1,
    "cpf_cnpj": 18,
    "ie": 18,
    "rg": 10,
    "endereco": 50,
    "numero": 10,
    "complemento": 50,
    "bairro": 30,
    "cep": 10,
    "cidade": 30,
    "uf": 30,
    "pais": 50,
    "fone": 40,
    "email": 50,
}
_DELIVERY = {
    "tipo_pessoa": 1,
    "cpf_cnpj": 18,
    "endereco": 50,
    "numero": 10,
    "complemento": 50,
    "bairro": 30,
    "cep": 10,
    "cidade": 30,
    "uf": 30,
    "fone": 40,
    "nome_destinatario": 60,
    "ie": 18,
}
_ITEM = {"codigo": 60, "descricao": 120, "unidade": 3, "informacao_adicional": 500}
_INSTALMENT = {"dias": 10, "obs": 100, "destino": 50, "forma_pagamento": 30, "meio_pagamento": 100}
_INTEGRATED = {"tipo_pagamento": 2, "cnpj_intermediador": 18, "codigo_autorizacao": 128, "codigo_bandeira": 2}
_AGENT = {"nome": 60, "cnpj": 18, "cnpjPagamento": 18}
# Under the names of writing; the value is the name of reading (§4) and the size.
_HEADER = {
    "id_lista_preco": ("id_lista_preco", 18),
    "numero_ordem_compra": ("numero_ordem_compra", 10),
    "obs": ("obs", 100),
    "obs_internas": ("obs_interna", 100),
    "id_vendedor": ("id_vendedor", 18),
    "nome_vendedor": ("nome_vendedor", 50),
    "id_natureza_operacao": ("id_natureza_operacao", 18),
    "nome_natureza_operacao": ("nome_natureza_operacao", 60),
    "nome_deposito": ("deposito", 60),
    "forma_pagamento": ("forma_pagamento", 30),
    "meio_pagamento": ("meio_pagamento", 100),
    "nome_transportador": ("nome_transportador", 30),
    "frete_por_conta": ("frete_por_conta", 1),
    "forma_envio": ("forma_envio", 30),
    "forma_frete": ("forma_frete", 30),
}

Reason = tuple[str, str]


class SentOrder:
    """The `pedido` of a call being read; `reasons` is what is wrong with it so far: text and field."""

    def __init__(self, document: dict[str, Any], now: datetime, *, refuse_long: bool) -> None:
        self.reasons: list[Reason] = []
        self._sent = document
        self._now = now
        self._refuse_long = refuse_long
        self.update_customer = _text(_object(document.get("cliente")).get("atualizar_cliente")).upper() != "N"

    def order(self) -> Order:
        """The order without its totals' proof and its products; usable only if `reasons` is empty."""
        sent = self._sent
        situacao = situation_named(_text(sent.get("situacao")) or OPEN)
        if situacao not in SETTABLE:
            self._wrong(f"A situação {_text(sent.get('situacao'))[:40]} é inválida", "situacao")
        customer = self._texts(_object(sent.get("cliente")), _CUSTOMER)
        if not customer["nome"]:
            self._wrong("O nome do cliente deve ser informado", "")
        items = tuple(self._items())
        order = Order(
            inserted=self._now,
            updated=self._now,
            situacao=situacao or OPEN,
            id_ecommerce=self._whole(sent, "id_ecommerce"),
            numero_ecommerce=self.cut(sent, "numero_pedido_ecommerce", 50),
            ecommerce=self.cut(sent, "ecommerce", 50),
            data_pedido=self.day(sent, "data_pedido") or self._now.astimezone(BRASILIA).date(),
            cliente=customer,
            endereco_entrega=self._optional(sent.get("endereco_entrega"), _DELIVERY),
            itens=items,
            parcelas=tuple(self.instalments()),
            pagamentos_integrados=tuple(self.integrated()),
            intermediador=self._optional(sent.get("intermediador"), _AGENT),
            texts=self._header(),
            valor_frete=self._amount(sent, "valor_frete"),
            valor_desconto=self._amount(sent, "valor_desconto"),
            outras_despesas=self._amount(sent, "outras_despesas"),
        )
        order.total_produtos = sum((item.total for item in items), start=ZERO)
        order.total_pedido = order.total_produtos + order.valor_frete + order.outras_despesas - order.valor_desconto
        return order

    def _header(self) -> dict[str, str]:
        texts = {read: self.cut(self._sent, name, size) for name, (read, size) in _HEADER.items()}
        # The older code of the issuer is stored as the sender's (§13.3).
        if texts["frete_por_conta"] == "E":
            texts["frete_por_conta"] = "R"
        expected = self.day(self._sent, "data_prevista")
        return {**texts, "data_prevista": expected.strftime("%d/%m/%Y") if expected else ""}

    def _items(self) -> Iterator[Item]:
        sent = list(_wrapped(self._sent, "itens", "item"))
        if not sent:
            self._wrong("Os itens do pedido devem ser informados", "itens")
        for number, item in enumerate(sent, start=1):
            for name in ("descricao", "unidade", "quantidade", "valor_unitario"):
                if not _text(item.get(name)):
                    self._wrong(f"O campo {name} do item {number} deve ser informado", name)
            texts = self._texts(item, _ITEM)
            yield Item(
                codigo=texts["codigo"],
                descricao=texts["descricao"],
                unidade=texts["unidade"],
                quantidade=self._decimal(item, "quantidade", 2),
                valor_unitario=self._decimal(item, "valor_unitario", 2),
                info_adicional=texts["informacao_adicional"],
                id_produto=self._whole(item, "id_produto"),
            )

    def instalments(self) -> Iterator[dict[str, str]]:
        """The `parcelas`, under the names of reading."""
        for sent in _wrapped(self._sent, "parcelas", "parcela"):
            day = self.day(sent, "data")
            yield {
                "dias": self.cut(sent, "dias", 10),
                "data": day.strftime("%d/%m/%Y") if day else "",
                "valor": self._decimal(sent, "valor", 2),
                **{name: self.cut(sent, name, size) for name, size in _INSTALMENT.items() if name != "dias"},
            }

    def markers(self) -> list[tuple[str, int]]:
        """Description and id of each of the `marcadores`, one of which it must have (§2.2)."""
        named = []
        for sent in _wrapped(self._sent, "marcadores", "marcador"):
            text = self.cut(sent, "descricao", 50)
            if not text and not sent.get("id"):
                self._wrong("O id ou a descrição do marcador deve ser informado", "marcadores")
            named.append((text, whole(sent.get("id"))))
        return named

    def integrated(self) -> Iterator[dict[str, str]]:
        """The `pagamentos_integrados`."""
        for sent in _wrapped(self._sent, "pagamentos_integrados", "pagamento_integrado"):
            yield {**self._texts(sent, _INTEGRATED), "valor": self._decimal(sent, "valor", 2)}

    def _optional(self, value: Any, sizes: dict[str, int]) -> dict[str, str] | None:
        return self._texts(value, sizes) if isinstance(value, dict) and value else None

    def _texts(self, sent: dict[str, Any], sizes: dict[str, int]) -> dict[str, str]:
        return {name: self.cut(sent, name, size) for name, size in sizes.items()}

    def cut(self, sent: dict[str, Any], name: str, size: int) -> str:
        """A text, cut to its size (a guess, §14.5)."""
        text = _text(sent.get(name))
        if len(text) > size and self._refuse_long:
            self._wrong(f"O campo {name} deve ter no máximo {size} caracteres", name)
        return text[:size]

    def _decimal(self, sent: dict[str, Any], name: str, places: int) -> str:
        """An amount as it was sent, with at least so many places."""
        text = _text(sent.get(name)) or "0"
        try:
            number = Decimal(text)
            if not number.is_finite() or abs(number) > Decimal(10) ** 12:
                raise InvalidOperation
        except InvalidOperation:
            self._wrong(f"O valor {text[:40]} do campo {name} é inválido", name)
            number = ZERO
        units, _, fraction = format(number, "f").partition(".")
        return f"{units}.{fraction:0<{places}}"

    def _amount(self, sent: dict[str, Any], name: str) -> Decimal:
        return Decimal(self._decimal(sent, name, 2))

    def _whole(self, sent: dict[str, Any], name: str) -> int:
        text = _text(sent.get(name)) or "0"
        if text.isascii() and text.isdigit() and len(text) <= 18:
            return int(text)
        self._wrong(f"O valor {text[:40]} do campo {name} é inválido", name)
        return 0

    def day(self, sent: dict[str, Any], name: str) -> date | None:
        """A date, with or without time; what is none is one more reason."""
        text = _text(sent.get(name))
        if not text:
            return None
        try:
            return parse_moment(text).date()
        except ValueError:
            self._wrong(f"A data {text[:40]} do campo {name} é inválida", name)
            return None

    def _wrong(self, text: str, field: str) -> None:
        self.reasons.append((text, field))


def _text(value: Any) -> str:
    """Numbers are accepted for texts (orders §0); what is neither is as if it had not been sent."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip().encode("utf-8", "replace").decode()


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _wrapped(sent: dict[str, Any], name: str, wrapper: str) -> Iterator[dict[str, Any]]:
    """The entries of a list that stand in their wrappers; an entry without it is not seen."""
    entries = sent.get(name)
    for entry in entries if isinstance(entries, list) else [entries]:
        inner = _object(entry).get(wrapper)
        if isinstance(inner, dict):
            yield inner
