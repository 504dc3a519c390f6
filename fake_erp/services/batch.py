"""Batches: up to twenty records in one call, each accepted or refused by itself (contract, transport §3.6, §4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer, refused_record
from fake_erp.moods import INTEGER, WORD, Table

if TYPE_CHECKING:
    from fake_erp.moods import Kind
    from fake_erp.services.call import Call

MOST_RECORDS = 20

Record = dict[str, Any]


def perform(
    call: Call, service: str, records: Sequence[Record], act: Callable[[Record], Record], **kinds: Kind
) -> Answer:
    """Do `act` to each record and answer with what became of each, in the disorder that is met.

    `act` gets a record as it was sent and returns what `registro` holds beside `sequencia` and `status`, spelled by
    `kinds` (`id` is a number unless said otherwise); it raises `codes.RecordRefusal` to refuse the record. The call as
    a whole is refused with 22 (too many records) and 9 (one `sequencia` twice).
    """
    if len(records) > MOST_RECORDS:
        raise codes.Refusal(codes.BATCH_TOO_LARGE)
    sequences = [sequence_of(record) for record in records]
    named = [sequence for sequence in sequences if sequence]
    if len(set(named)) < len(named):
        raise codes.Refusal(codes.REPEATED_SEQUENCE)
    table = Table(sequencia=INTEGER, status=WORD, **{"id": INTEGER, **kinds})
    entries, refused = [], []
    for record, sequence in zip(records, sequences, strict=True):
        speller = call.moods.speller(service, f"{len(call.world.journal)}:{sequence}")
        try:
            done = act(record)
        except codes.RecordRefusal as refusal:
            refused.append(refusal.code)
            entries.append({"registro": refused_record(sequence, refusal.code, refusal.reasons, speller)})
        else:
            known = {name: done.get(name) for name in table.names}
            values = {**known, "sequencia": int(sequence) if sequence.isdigit() else 0, "status": "OK"}
            entries.append({"registro": {**done, **speller.record(table, values)}})
    return _answer(call, service, entries, refused)


def sequence_of(record: Record) -> str:
    """The record's own number as text; "" if it was not sent."""
    value = record.get("sequencia")
    return str(value).strip()[:18] if isinstance(value, (int, str)) and not isinstance(value, bool) else ""


def _answer(call: Call, service: str, entries: list[dict[str, Any]], refused: list[int]) -> Answer:
    """`registros` is a list, at times an object where there is one; the outer status may hide a refusal."""
    speller = call.moods.speller(service, len(call.world.journal))
    shown: Any = entries
    if len(entries) == 1 and speller.roll("registros") < 96:
        shown = entries[0]
    if not refused:
        return Answer(speller, {"registros": shown})
    partly = len(refused) < len(entries)
    roll = speller.roll("status")
    return Answer(
        speller,
        {"registros": shown},
        # 4 is meant for a mixed batch; older behaviour is 2 (transport §3.6, quirk 5).
        processed=codes.PARTLY if partly and not call.world.settings.mixed_batch_is_2 else codes.WITH_ERRORS,
        status="OK" if roll < 12 else "Erros" if roll < 24 else "Erro",
        refused=refused[0],
    )
