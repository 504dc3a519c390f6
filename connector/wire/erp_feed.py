"""The ERP's lists of changes, which erase what they hand out (erp-products §9): bytes to values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from connector.core.catalogue import Kind
from connector.core.errors import AccountBlocked, ContractBroken
from connector.core.reasons import Reason
from connector.wire import erp
from connector.wire.erp_records import kind_of
from connector.wire.erp_values import need_id, objects, text
from connector.wire.exchange import Request, Response

_BRASILIA = ZoneInfo("America/Sao_Paulo")
_MOMENT = "%d/%m/%Y %H:%M:%S"

# On these services alone codes 5 and 8 say that their extension is not active; other calls go on (erp-observed).
_EXTENSION_OFF = (Reason.API_BLOCKED, Reason.COMPANY_BLOCKED)


class FeedList(StrEnum):
    """The two lists: of products and of balances."""

    PRODUCTS = "products"
    STOCK = "stock"


_SERVICES = {
    FeedList.PRODUCTS: "lista.atualizacoes.produtos",
    FeedList.STOCK: "lista.atualizacoes.estoque",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A row: a product or variation that has changed, when, and in the list of balances its balance, raw.

    `kind` and `changed_at` are None where the row does not say.
    """

    erp_id: str
    code: str
    name: str
    kind: Kind | None
    changed_at: datetime | None
    record: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What one answer handed out; nothing, when the list is empty. `unreadable` rows name no product."""

    rows: tuple[Change, ...] = ()
    unreadable: int = 0
    is_off: bool = False


def request(which: FeedList, token: str, since: datetime) -> Request:
    """Always its first page: what was handed out is off the list, so that page 2 would skip as many."""
    moment = since.astimezone(_BRASILIA).strftime(_MOMENT)
    return erp.request(_SERVICES[which], token, dataAlteracao=moment)


def parse(response: Response) -> Changes:
    """What an answer hands out. Raises what its failure calls for."""
    # No such service, which is as good as no extension.
    if response.status == 404:
        return Changes(is_off=True)
    try:
        content = erp.decipher(response)
    except AccountBlocked as error:
        if error.reason in _EXTENSION_OFF:
            return Changes(is_off=True)
        raise
    rows: list[Change] = []
    unreadable = 0
    for record in objects(content or {}, "produtos", "produto"):
        try:
            rows.append(_change(record))
        except ContractBroken:
            unreadable += 1
    return Changes(rows=tuple(rows), unreadable=unreadable)


def _change(record: Mapping[str, Any]) -> Change:
    return Change(
        erp_id=need_id(record),
        code=text(record, "codigo"),
        name=text(record, "nome"),
        kind=kind_of(kind) if (kind := text(record, "tipo_variacao")) else None,
        changed_at=_moment(text(record, "data_alteracao")),
        record=record,
    )


def _moment(written: str) -> datetime | None:
    for form in (_MOMENT, "%d/%m/%Y"):
        try:
            return datetime.strptime(written, form).replace(tzinfo=_BRASILIA)
        except ValueError:
            continue
    return None
