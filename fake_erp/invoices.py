"""The invoices of an account: made of an order, authorised or cancelled by a person (contract, orders §10, §13.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from fake_erp import announce, codes, trade
from scenarios.harness import documents
from scenarios.harness.clock import BRASILIA
from scenarios.harness.places import STATES

if TYPE_CHECKING:
    from fake_erp.orders import Order
    from fake_erp.worlds import ErpWorld

FIRST_NOTE_ID = 880_000_001
SERIES = "1"
MODELS = ("NFe", "NFCe")

PENDING, CANCELLED, AUTHORISED, PRINTED = 1, 3, 6, 7
SITUATIONS: dict[int, str] = {
    PENDING: "Pendente",
    2: "Emitida",
    CANCELLED: "Cancelada",
    4: "Enviada - Aguardando recibo",
    5: "Rejeitada",
    AUTHORISED: "Autorizada",
    PRINTED: "Emitida DANFE",
    8: "Registrada",
    9: "Enviada - Aguardando protocolo",
    10: "Denegada",
}
# Only these mean a valid invoice (§10.2).
VALID = frozenset({AUTHORISED, PRINTED})


class NoteError(ValueError):
    """An invoice cannot be made or changed; the text is for a person, in Portuguese."""


@dataclass(slots=True, kw_only=True)
class Note:
    """One invoice; what it holds of goods and customer is its order's."""

    id: int
    number: int
    model: str
    order_id: int
    numero_ecommerce: str
    issued: datetime
    valor: Decimal
    situacao: int = PENDING
    chave_acesso: str = ""

    @property
    def numero(self) -> str:
        """Zero-padded, as it is read (§10.2)."""
        return f"{self.number:06}"

    @property
    def serie(self) -> str:
        return SERIES

    @property
    def data_emissao(self) -> date:
        return self.issued.astimezone(BRASILIA).date()

    @property
    def url_danfe(self) -> str:
        """The viewer's page; an invoice has one even before it is authorised (§10.3)."""
        return f"https://erp.example/doc.view?id={self.id}"


class Notes:
    """Invoices in the sequence in which they were made."""

    def __init__(self) -> None:
        self.notes: dict[int, Note] = {}

    def __iter__(self) -> Iterator[Note]:
        return iter(list(self.notes.values()))

    def get(self, note_id: int) -> Note | None:
        return self.notes.get(note_id)

    def require_authorised(self, note_id: int) -> Note:
        """Refuse with 32 an unknown invoice and with 34 one that is not authorised."""
        note = self.notes.get(note_id)
        if note is None:
            raise codes.Refusal(codes.NOT_FOUND, "Nota fiscal não localizada")
        if note.situacao not in VALID:
            raise codes.Refusal(codes.NOTE_NOT_AUTHORISED)
        return note


def generate(world: ErpWorld, order: Order, model: str, *, by: str) -> Note:
    """Make the invoice of an order: pending, with number and key. Raises NoteError and JournalFull."""
    current = world.notes.get(order.note_id)
    if current and current.situacao != CANCELLED:
        raise NoteError(f"O pedido já possui a nota fiscal {current.numero}")
    number = len(world.notes.notes) + 1
    world.journal.append("note_generated", id=FIRST_NOTE_ID + number - 1, order=order.id, by=by)
    now = world.clock.now()
    note = Note(
        id=FIRST_NOTE_ID + number - 1,
        number=number,
        model=model,
        order_id=order.id,
        numero_ecommerce=order.numero_ecommerce,
        issued=now,
        valor=order.total_pedido,
        chave_acesso=_key(world, now, number),
    )
    world.notes.notes[note.id] = note
    order.note_id = note.id
    trade.changed(world, order, by=by)
    return note


def authorise(world: ErpWorld, note: Note, *, by: str) -> None:
    """Have the tax office accept it: the order is invoiced and the platform is told. Raises NoteError."""
    if note.situacao in VALID or note.situacao == CANCELLED:
        raise NoteError(f"A nota fiscal {note.numero} está {SITUATIONS[note.situacao].lower()}")
    world.journal.append("note_authorised", id=note.id, by=by)
    note.situacao = AUTHORISED
    order = world.orders.get(note.order_id)
    if order is None:
        return
    if world.settings.note_moves_order and order.situacao in ("aberto", "aprovado", "preparando_envio"):
        trade.set_situation(world, order, "faturado", by=by)
    announce.invoice(world, note)


def cancel(world: ErpWorld, note: Note, *, by: str) -> None:
    """Cancel it; the order keeps its situation. Raises NoteError."""
    if note.situacao == CANCELLED:
        raise NoteError(f"A nota fiscal {note.numero} está cancelada")
    world.journal.append("note_cancelled", id=note.id, by=by)
    note.situacao = CANCELLED


def _key(world: ErpWorld, now: datetime, number: int) -> str:
    issuer = world.company.cnpj
    return documents.nfe_key(
        Random(f"{world.origin}:note:{number}"),
        state=STATES[world.company.estado],
        issued=now.astimezone(BRASILIA).date(),
        # A key has digits only; letters of a new CNPJ count as zero here.
        issuer_cnpj="".join(each if each.isdigit() else "0" for each in issuer),
        series=int(SERIES),
        number=number,
    )
