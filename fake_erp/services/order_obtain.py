"""`pedido.obter.php`: one order, under the names of reading (contract, orders §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import contacts
from fake_erp.company import dotted_cep, dotted_document
from fake_erp.envelope import Answer
from fake_erp.moods import DECIMAL, HOLLOW, INTEGER, LIST, REFERENCE, SHY, TEXT, WORD, Kind, Speller, Table
from fake_erp.orders import Order
from fake_erp.records import money
from fake_erp.services.call import order_named
from fake_erp.situations import description

if TYPE_CHECKING:
    from fake_erp.services.call import Call

_DAYS = ("data_faturamento", "data_envio", "data_entrega")
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("id", "numero"), INTEGER),
    "numero_ecommerce": SHY,
    "data_pedido": WORD,
    "data_prevista": HOLLOW,
    **dict.fromkeys(_DAYS, HOLLOW),
    **dict.fromkeys(("id_lista_preco", "id_vendedor", "id_nota_fiscal", "id_natureza_operacao"), REFERENCE),
    **dict.fromkeys(("valor_frete", "valor_desconto", "outras_despesas", "total_produtos", "total_pedido"), DECIMAL),
    **dict.fromkeys(("forma_pagamento", "frete_por_conta", "forma_envio", "forma_frete", "deposito"), WORD),
    **dict.fromkeys(("meio_pagamento", "nome_transportador", "numero_ordem_compra", "nome_vendedor"), HOLLOW),
    **dict.fromkeys(("condicao_pagamento", "descricao_lista_preco"), HOLLOW),
    **dict.fromkeys(("obs", "obs_interna"), TEXT),
    "codigo_rastreamento": HOLLOW,
    "url_rastreamento": HOLLOW,
    "situacao": WORD,
}
_ORDER = Table(**_KINDS)
_CUSTOMER = Table(**{name: HOLLOW if name == "nome_fantasia" else TEXT for name in contacts.FIELDS})
_ITEM = Table(
    id_produto=REFERENCE,
    codigo=TEXT,
    descricao=TEXT,
    unidade=WORD,
    quantidade=DECIMAL,
    valor_unitario=DECIMAL,
    info_adicional=HOLLOW,
)
_INSTALMENT = Table(
    dias=WORD, data=WORD, valor=DECIMAL, obs=HOLLOW, forma_pagamento=WORD, meio_pagamento=HOLLOW, destino=HOLLOW
)
_MARKER = Table(id=INTEGER, descricao=WORD, cor=WORD)
_ECOMMERCE = Table(
    id=WORD, numeroPedidoEcommerce=WORD, numeroPedidoCanalVenda=WORD, nomeEcommerce=WORD, canalVenda=WORD
)


def obtain(call: Call) -> Answer:
    """The order. Unknown: code 32 (§4)."""
    order = order_named(call)
    speller = call.moods.speller("pedido", order.id)
    record = speller.record(_ORDER, _values(call, order, speller))
    record["cliente"] = speller.record(_CUSTOMER, _masked(call, order.cliente))
    if order.endereco_entrega:
        record["endereco_entrega"] = _masked(call, order.endereco_entrega)
    _put_lists(call, order, speller, record)
    # The platform's number stands at the top, in this block, or in both (observed, Shapes).
    if "numero_ecommerce" not in record or speller.roll("bloco") >= 24:
        record["ecommerce"] = _ecommerce(order, speller)
    if order.intermediador:
        record["intermediador"] = order.intermediador
    return Answer(speller, {"pedido": record})


def _values(call: Call, order: Order, speller: Speller) -> dict[str, Any]:
    days = {name: order.days[name].strftime("%d/%m/%Y") if name in order.days else "" for name in _DAYS}
    texts = {name: order.texts.get(name, "") for name in _KINDS}
    references = {
        name: int(text) if (text := texts[name]).isdigit() else 0 for name in ("id_lista_preco", "id_vendedor")
    }
    price_list = call.world.price_lists.lists.get(references["id_lista_preco"])
    return {
        **texts,
        **references,
        "descricao_lista_preco": price_list.descricao if price_list else "",
        **days,
        **order.freight,
        "id": order.id,
        "numero": order.numero,
        "numero_ecommerce": order.numero_ecommerce,
        "data_pedido": order.data_pedido.strftime("%d/%m/%Y"),
        "id_nota_fiscal": order.note_id,
        "id_natureza_operacao": order.nature_id,
        "condicao_pagamento": " ".join(each["dias"] for each in order.parcelas)[:30],
        "valor_frete": money(order.valor_frete),
        "valor_desconto": money(order.valor_desconto),
        "outras_despesas": money(order.outras_despesas),
        "total_produtos": money(order.total_produtos),
        "total_pedido": money(order.total_pedido),
        "situacao": description(order.situacao, speller.roll("situacao")),
    }


def _put_lists(call: Call, order: Order, speller: Speller, record: dict[str, Any]) -> None:
    lines = [call.moods.speller(f"item:{n}", order.id) for n, _ in enumerate(order.itens)]
    items = [{"item": line.record(_ITEM, item)} for line, item in zip(lines, order.itens, strict=True)]
    instalments = [{"parcela": speller.record(_INSTALMENT, each)} for each in order.parcelas]
    markers = [
        {
            "marcador": speller.record(
                _MARKER, {"id": number, "descricao": text, "cor": call.world.markers.colour(number)}
            )
        }
        for text in order.marcadores
        if (number := call.world.markers.known(text))
    ]
    # Flat in the table, wrapped in the sample (§4).
    flat = speller.roll("pagamentos") < 64
    payments = [each if flat else {"pagamento_integrado": each} for each in order.pagamentos_integrados]
    for name, entries in (("itens", items), ("parcelas", instalments), ("marcadores", markers)):
        speller.put(record, name, LIST, entries)
    speller.put(record, "pagamentos_integrados", LIST, payments)


def _ecommerce(order: Order, speller: Speller) -> dict[str, Any]:
    return speller.record(
        _ECOMMERCE,
        {
            "id": str(order.id_ecommerce),
            "numeroPedidoEcommerce": order.numero_ecommerce,
            "numeroPedidoCanalVenda": "",
            "nomeEcommerce": order.ecommerce,
            "canalVenda": "",
        },
    )


def _masked(call: Call, sent: dict[str, str]) -> dict[str, str]:
    """Document and CEP come back punctuated in the official sample (§4)."""
    if not call.world.settings.mask_documents:
        return sent
    return {**sent, "cpf_cnpj": dotted_document(sent["cpf_cnpj"]), "cep": _dotted_cep(sent["cep"])}


def _dotted_cep(text: str) -> str:
    digits = contacts.digits(text)
    return dotted_cep(digits) if len(digits) == 8 else text
