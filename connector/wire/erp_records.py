"""The ERP's records as core values (erp-products §1–3, erp-transport §5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.core.catalogue import Depot, ErpProduct, ErpStock, Kind, Listing, ListingPage, VariationRef
from connector.core.errors import ContractBroken
from connector.core.reasons import Reason
from connector.wire.erp_values import decimal, identifier, items, need, need_id, objects, text

# Contract, products, section 0.1. Older rows leave the field out: a plain product.
_KINDS = {"N": Kind.SIMPLE, "": Kind.SIMPLE, "P": Kind.PARENT, "V": Kind.VARIATION}


def kind_of(letter: str) -> Kind:
    """What `tipoVariacao` says; what is unknown is a plain product."""
    return _KINDS.get(letter.upper(), Kind.SIMPLE)


_SERVICE = "S"
_ACTIVE = "A"
_EXCLUDED = "E"


@dataclass(frozen=True, kw_only=True)
class Account:
    """The company behind a token; `document` is its CNPJ or CPF without punctuation."""

    document: str
    name: str


def parse_account(content: Mapping[str, Any]) -> Account:
    """The answer of `info.php`."""
    account = need(content, "conta")
    document = re.sub(r"[^0-9A-Z]", "", text(account, "cnpj_cpf").upper())
    return Account(document=document, name=text(account, "fantasia") or text(account, "razao_social"))


def parse_listing(content: Mapping[str, Any] | None, page: int) -> ListingPage:
    """A page of `produtos.pesquisa.php`; None (nothing found, past the end) is an empty page.

    A row that cannot be read does not hold up the others: it is counted, with what is known of it.
    """
    if content is None:
        return ListingPage(page=page, pages=page - 1, rows=())
    rows, unreadable = [], []
    for row in objects(content, "produtos", "produto"):
        try:
            rows.append(_listing(row))
        except ContractBroken as error:
            named = text(row, "codigo") or text(row, "nome") or text(row, "id") or "?"
            unreadable.append(f"{named[:60]}: {error.detail}")
    pages = int(decimal(content, "numero_paginas") or 1)
    return ListingPage(page=page, pages=pages, rows=tuple(rows), unreadable=tuple(unreadable))


def _listing(row: Mapping[str, Any]) -> Listing:
    situation = text(row, "situacao")
    return Listing(
        erp_id=need_id(row),
        code=text(row, "codigo"),
        name=text(row, "nome"),
        price=decimal(row, "preco"),
        kind=kind_of(text(row, "tipoVariacao")),
        active=situation.upper() == _ACTIVE if situation else None,
    )


def product_record(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The raw record in an answer of `produto.obter.php` or `produto.obter.estoque.php`, to be kept."""
    return need(content, "produto")


def is_excluded(record: Mapping[str, Any] | None) -> bool:
    """Whether there is no such product any more, or it was deleted."""
    return record is None or text(record, "situacao").upper() == _EXCLUDED


def parse_product(record: Mapping[str, Any]) -> ErpProduct:
    """A record of `produto.obter.php`."""
    seo = record.get("seo")
    nested = seo if isinstance(seo, Mapping) else {}
    return ErpProduct(
        erp_id=need_id(record),
        code=text(record, "codigo"),
        name=text(record, "nome"),
        description=text(record, "descricao_complementar"),
        gtin=identifier(record, "gtin"),
        unit=text(record, "unidade"),
        ncm=text(record, "ncm"),
        price=decimal(record, "preco"),
        net_weight=decimal(record, "peso_liquido"),
        gross_weight=decimal(record, "peso_bruto"),
        height=decimal(record, "alturaEmbalagem"),
        width=decimal(record, "larguraEmbalagem"),
        length=decimal(record, "comprimentoEmbalagem"),
        attachments=_attachments(record),
        brand=text(record, "marca"),
        warranty=text(record, "garantia"),
        category=text(record, "categoria"),
        # Flat in the documentation; one client meets them under `seo` (erp-products §2).
        keywords=text(record, "seo_keywords") or text(nested, "seo_keywords"),
        video_url=text(record, "link_video") or text(nested, "link_video"),
        seo_title=text(record, "seo_title") or text(nested, "seo_title"),
        seo_description=text(record, "seo_description") or text(nested, "seo_description"),
        kind=kind_of(text(record, "tipoVariacao")),
        parent_id=identifier(record, "idProdutoPai"),
        active=text(record, "situacao").upper() in (_ACTIVE, ""),
        is_service=text(record, "tipo").upper() == _SERVICE,
        variations=tuple(_variation(v) for v in objects(record, "variacoes", "variacao")),
    )


def _attachments(record: Mapping[str, Any]) -> tuple[str, ...]:
    own = (item for item in items(record, "anexos", "anexo") if isinstance(item, str))
    elsewhere = (text(image, "url") for image in objects(record, "imagens_externas", "imagem_externa"))
    return tuple(address for address in (*own, *elsewhere) if address.strip())


def _variation(record: Mapping[str, Any]) -> VariationRef:
    grid = record.get("grade")
    options = {axis.strip(): text(grid, axis) for axis in grid} if isinstance(grid, dict) else {}
    return VariationRef(
        erp_id=need_id(record), code=text(record, "codigo"), price=decimal(record, "preco"), options=options
    )


def parse_stock(record: Mapping[str, Any]) -> ErpStock:
    """A record of `produto.obter.estoque.php`. Raises ContractBroken where it names no balance."""
    balance = decimal(record, "saldo")
    if balance is None:
        raise ContractBroken(Reason.ERP_CONTRACT, "a stock record without balance")
    return ErpStock(
        balance=balance,
        # Null unless the account reserves stock (erp-products §3).
        reserved=decimal(record, "saldoReservado") or Decimal(0),
        depots=tuple(_depot(depot) for depot in objects(record, "depositos", "deposito")),
    )


def _depot(record: Mapping[str, Any]) -> Depot:
    return Depot(
        name=text(record, "nome"),
        balance=decimal(record, "saldo") or Decimal(0),
        ignored=text(record, "desconsiderar").upper() == "S",
    )
