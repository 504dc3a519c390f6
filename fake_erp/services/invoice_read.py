"""`notas.fiscais.pesquisa.php` and `nota.fiscal.obter.php` (contract, orders §10.2 and §10.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_erp import codes, contacts, natures, shipping
from fake_erp.company import dotted_cep, dotted_document
from fake_erp.contacts import digits
from fake_erp.envelope import Answer
from fake_erp.invoices import SITUATIONS, Note
from fake_erp.moments import parse_moment
from fake_erp.moods import AMOUNT, DECIMAL, HOLLOW, INTEGER, LIST, REFERENCE, TEXT, WORD, Table
from fake_erp.records import money
from fake_erp.services.invoice_make import note_named
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from datetime import date

    from fake_erp.moods import Speller
    from fake_erp.orders import Order
    from fake_erp.services.call import Call

_FILTERS = ("tipoNota", "numero", "cliente", "cpf_cnpj", "dataInicial", "dataFinal", "situacao", "numeroEcommerce")
_SEARCH = frozenset({*_FILTERS, "idVendedor", "nomeVendedor", "idFormaEnvio", "pagina"})
_ROW = Table(
    id=INTEGER,
    tipo=WORD,
    serie=WORD,
    numero=WORD,
    numero_ecommerce=HOLLOW,
    data_emissao=WORD,
    nome=TEXT,
    valor=AMOUNT,
    situacao=INTEGER,
    descricao_situacao=WORD,
    chave_acesso=HOLLOW,
    codigo_rastreamento=HOLLOW,
    url_rastreamento=HOLLOW,
)
_NOTE = Table(
    id=INTEGER,
    tipo_nota=WORD,
    natureza_operacao=WORD,
    finalidade=WORD,
    serie=WORD,
    numero=WORD,
    numero_ecommerce=HOLLOW,
    data_emissao=WORD,
    data_saida=HOLLOW,
    hora_saida=HOLLOW,
    valor_produtos=DECIMAL,
    valor_frete=DECIMAL,
    valor_desconto=DECIMAL,
    valor_nota=DECIMAL,
    valor_faturado=DECIMAL,
    frete_por_conta=WORD,
    codigo_rastreamento=HOLLOW,
    url_rastreamento=HOLLOW,
    forma_pagamento=WORD,
    id_venda=INTEGER,
    id_vendedor=REFERENCE,
    situacao=INTEGER,
    descricao_situacao=WORD,
    chave_acesso=HOLLOW,
    obs=TEXT,
)
_ITEM = Table(
    id_produto=REFERENCE,
    codigo=TEXT,
    descricao=TEXT,
    unidade=WORD,
    ncm=HOLLOW,
    quantidade=DECIMAL,
    valor_unitario=DECIMAL,
    valor_total=DECIMAL,
    cfop=WORD,
    natureza=WORD,
)
_CUSTOMER = Table(**dict.fromkeys(contacts.FIELDS, TEXT))

Test = Callable[[Note, "Order"], bool]


def search(call: Call) -> Answer:
    """One page; at least one of the first eight filters is needed (§10.4)."""
    if not any(call.text(name) for name in _FILTERS):
        raise codes.Refusal(codes.PARAMETER_MISSING, "Informe ao menos um parâmetro de pesquisa")
    tests = [*_tests(call), *_dated(call)]
    paired = [(note, order) for note in call.world.notes if (order := call.world.orders.get(note.order_id))]
    found = [pair for pair in paired if all(test(*pair) for test in tests)]
    page = page_of(call, found)
    rows = [{"nota_fiscal": _row(call, note, order)} for note, order in page.records]
    return Answer(page.speller, {**page.numbers, "notas_fiscais": rows})


def obtain(call: Call) -> Answer:
    note = note_named(call)
    order = call.world.orders.get(note.order_id)
    if order is None:
        raise codes.Refusal(codes.NOT_FOUND, "Nota fiscal não localizada")
    speller = call.moods.speller("nota.obter", note.id)
    record = {**speller.record(_NOTE, _values(note, order)), **_parties(order, speller), **_carriage(order)}
    if order.intermediador:
        record["intermediador"] = order.intermediador
    speller.put(record, "itens", LIST, [{"item": _item(call, order, number)} for number in range(len(order.itens))])
    speller.put(record, "parcelas", LIST, [{"parcela": each} for each in order.parcelas])
    speller.put(record, "marcadores", LIST, [{"marcador": {"descricao": each}} for each in order.marcadores])
    payments = [{"pagamento_integrado": each} for each in order.pagamentos_integrados]
    speller.put(record, "pagamentos_integrados", LIST, payments)
    return Answer(speller, {"nota_fiscal": record})


def _tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    if kind := call.text("tipoNota"):
        # What orders make leaves the company: all are S.
        tests.append(lambda note, order: kind == "S")
    if number := call.text("numero").lstrip("0"):
        tests.append(lambda note, order: str(note.number) == number)
    if name := call.text("cliente").casefold():
        tests.append(lambda n, o: name in o.cliente["nome"].casefold() or name in o.cliente["codigo"].casefold())
    if document := digits(call.text("cpf_cnpj")):
        tests.append(lambda note, order: digits(order.cliente["cpf_cnpj"]) == document)
    if situacao := call.text("situacao"):
        if situacao not in map(str, SITUATIONS):
            raise codes.Refusal(codes.INVALID, f"A situação {situacao[:40]} é inválida", "situacao")
        tests.append(lambda note, order: str(note.situacao) == situacao)
    if shop_number := call.text("numeroEcommerce"):
        tests.append(lambda note, order: order.numero_ecommerce == shop_number)
    if seller := call.text("idVendedor"):
        tests.append(lambda note, order: order.texts["id_vendedor"] == seller)
    elif seller_name := call.text("nomeVendedor").casefold():
        tests.append(lambda note, order: order.texts["nome_vendedor"].casefold() == seller_name)
    if form := call.text("idFormaEnvio"):
        tests.append(lambda note, order: str(_named_form(order)["id"]) == form)
    return tests


def _dated(call: Call) -> list[Test]:
    tests: list[Test] = []
    if first := _day(call, "dataInicial"):
        tests.append(lambda note, order: note.data_emissao >= first)
    if last := _day(call, "dataFinal"):
        tests.append(lambda note, order: note.data_emissao <= last)
    return tests


def _day(call: Call, name: str) -> date | None:
    text = call.text(name)
    try:
        return parse_moment(text).date() if text else None
    except ValueError:
        raise codes.Refusal(codes.INVALID, f"A data {text[:40]} é inválida", name) from None


def _common(note: Note, order: Order) -> dict[str, Any]:
    return {
        "id": note.id,
        "serie": note.serie,
        "numero": note.numero,
        "numero_ecommerce": order.numero_ecommerce,
        "data_emissao": note.data_emissao.strftime("%d/%m/%Y"),
        "situacao": note.situacao,
        "descricao_situacao": SITUATIONS[note.situacao],
        "chave_acesso": note.chave_acesso,
        "codigo_rastreamento": order.tracking.get("codigo_rastreamento", ""),
        "url_rastreamento": order.tracking.get("url_rastreamento", ""),
    }


def _row(call: Call, note: Note, order: Order) -> dict[str, Any]:
    values = {**_common(note, order), "tipo": "S", "nome": order.cliente["nome"], "valor": money(note.valor)}
    speller = call.moods.speller("notas", note.id)
    return {**speller.record(_ROW, values), **_parties(order, speller)}


def _parties(order: Order, speller: Speller) -> dict[str, Any]:
    """The customer, with document and CEP punctuated, and where the goods go."""
    customer = {**order.cliente, "cpf_cnpj": dotted_document(order.cliente["cpf_cnpj"])}
    cep = digits(customer["cep"])
    customer["cep"] = dotted_cep(cep) if len(cep) == 8 else customer["cep"]
    delivery = {"endereco_entrega": order.endereco_entrega} if order.endereco_entrega else {}
    return {"cliente": speller.record(_CUSTOMER, customer), **delivery}


def _carriage(order: Order) -> dict[str, Any]:
    """Who carries the goods and how; id 0 for what is not registered in the account."""
    freight = order.freight
    service = shipping.service_named(freight["forma_envio"], freight["forma_frete"])
    return {
        "transportador": {"nome": freight["nome_transportador"]},
        "forma_envio": _named_form(order),
        "forma_frete": {"id": service.id if service else 0, "descricao": freight["forma_frete"]},
    }


def _named_form(order: Order) -> dict[str, Any]:
    code = order.freight["forma_envio"]
    form = shipping.form_of(code)
    return {"id": form.id if form else 0, "descricao": form.nome if form else code}


def _values(note: Note, order: Order) -> dict[str, Any]:
    shipped = order.days.get("data_envio")
    seller = order.texts["id_vendedor"]
    return {
        **_common(note, order),
        "tipo_nota": "S",
        "natureza_operacao": natures.NATURES[order.nature_id],
        "finalidade": "1",
        "data_saida": shipped.strftime("%d/%m/%Y") if shipped else "",
        "hora_saida": "",
        "valor_produtos": money(order.total_produtos),
        "valor_frete": money(order.valor_frete),
        "valor_desconto": money(order.valor_desconto),
        "valor_nota": money(note.valor),
        "valor_faturado": money(note.valor),
        "frete_por_conta": order.texts["frete_por_conta"],
        "forma_pagamento": order.texts["forma_pagamento"],
        "id_venda": order.id,
        "id_vendedor": int(seller) if seller.isdigit() else 0,
        "obs": order.texts["obs"],
    }


def _item(call: Call, order: Order, number: int) -> dict[str, Any]:
    item = order.itens[number]
    product = call.world.catalogue.get(item.id_produto)
    values = {
        "id_produto": item.id_produto,
        "codigo": item.codigo,
        "descricao": item.descricao,
        "unidade": item.unidade,
        "ncm": product.ncm if product else "",
        "quantidade": item.quantidade,
        "valor_unitario": item.valor_unitario,
        "valor_total": money(item.total),
        "cfop": "5.102",
        "natureza": natures.NATURES[order.nature_id],
    }
    return call.moods.speller(f"nota:item:{number}", order.id).record(_ITEM, values)


SERVICES = (
    Service(name="notas.fiscais.pesquisa.php", perform=search, params=_SEARCH),
    Service(name="nota.fiscal.obter.php", perform=obtain, params=frozenset({"id"})),
)
