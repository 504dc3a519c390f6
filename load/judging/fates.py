"""What became of every message: one word for each, and what is said of those that must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from load.judging.course import Course, How
from load.judging.reading import Books
from load.mix import Kind
from load.sender import NOT_MOVED

Document = dict[str, Any]


class Fate(StrEnum):
    """What became of a message. `PARKED` and `REFUSED` have the connector's reason beside them."""

    APPLIED = "applied"
    SHOWN = "shown already"
    SUPERSEDED = "superseded"
    PARKED = "parked"
    REFUSED = "refused"
    WAITING = "waiting"
    LOST = "lost"
    WRONG = "wrong"
    # Answered by an error or not at all: the ERP would send it again.
    NOT_ACCEPTED = "not accepted"
    # The generator did not get so far.
    NOT_SENT = "not sent"
    UNKNOWN = "not known"


_BY_ARRIVAL = {How.APPLIED: Fate.APPLIED, How.SHOWN: Fate.SHOWN, How.SUPERSEDED: Fate.SUPERSEDED}
ONE_SIDED = "its product is not on both sides"
# Of these none may be.
BAD = (Fate.LOST, Fate.WRONG, Fate.WAITING)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A message's fate and why; `message` is its line of the record."""

    message: Document
    fate: Fate
    why: str = ""


def fates(
    messages: Sequence[Document],
    books: Sequence[Books | None],
    courses: Sequence[Mapping[str, Course]],
    kept: Sequence[Document] | None,
) -> list[Told]:
    """One for each message. `books` and `courses` are by account; `kept` is the connector's record, if it is known."""
    record = None if kept is None else _Record(kept)
    return [_told(message, books[message["account"]], courses[message["account"]], record) for message in messages]


def doubtful(messages: Sequence[Document], kept: Sequence[Document]) -> int:
    """How many accepted messages may be lost although the record has as many rows of their text: another one of it was
    not accepted, and may have been kept all the same.
    """
    rows = Counter(row["body"] for row in kept)
    accepted = Counter(m["body"] for m in messages if is_accepted(m))
    others = Counter(m["body"] for m in messages if m["started"] is not None and not is_accepted(m))
    return sum(
        max(0, min(accepted[body], accepted[body] + count - rows[body]))
        for body, count in others.items()
        if rows[body] >= accepted[body]
    )


class Untold:
    """Where both sides may differ in the end: no accepted message tells of a movement, the ERP would send it again.

    Of a product that could not be moved, or of all when the run was ended early, the ERP's last movement may be the
    generator's without its knowing.
    """

    def __init__(self, messages: Sequence[Document], *, is_early: bool) -> None:
        made, self._told = set[tuple[int, int]](), set[tuple[int, int]]()
        latest: dict[tuple[int, str], int] = {}
        self._unsure, self._is_early = set[tuple[int, str]](), is_early
        for message in messages:
            product, movement = (message["account"], message["code"].strip()), message["movement"]
            if message["error"] == NOT_MOVED:
                self._unsure.add(product)
            if movement is not None:
                made.add((product[0], movement))
                latest[product] = max(movement, latest.get(product, movement))
                if is_accepted(message):
                    self._told.add((product[0], movement))
        self._open = made - self._told
        self._last_open = {product for product, movement in latest.items() if (product[0], movement) in self._open}

    def may_differ(self, account: int, code: str) -> bool:
        """Whether a product need not become equal, as far as the messages tell."""
        product = (account, code)
        return self._is_early or product in self._unsure or product in self._last_open

    def excuses(self, account: int, code: str, last: int | None) -> bool:
        """Whether it may differ for good, where `last` is the number of the ERP's last movement of it, if it has one.

        A later movement, as an order makes, the ERP tells itself.
        """
        movement, is_unsure = (account, last), self._is_early or (account, code) in self._unsure
        return movement in self._open or (is_unsure and movement not in self._told)


def is_accepted(message: Document) -> bool:
    """Whether it was answered with a whole 200."""
    return message["status"] == 200 and not message["error"]


class _Record:
    """What the connector has kept: each of its rows accounts for one accepted message with the same body."""

    def __init__(self, kept: Sequence[Document]) -> None:
        self._rows: dict[str, list[Document]] = {}
        for row in reversed(kept):
            self._rows.setdefault(row["body"], []).append(row)

    def take(self, body: str) -> Document | None:
        rows = self._rows.get(body)
        return rows.pop() if rows else None


def _told(message: Document, books: Books | None, courses: Mapping[str, Course], record: _Record | None) -> Told:
    if message["started"] is None:
        return Told(message=message, fate=Fate.NOT_SENT, why=message["error"])
    if not is_accepted(message):
        return Told(message=message, fate=Fate.NOT_ACCEPTED, why=message["error"])
    is_true = message["kind"] in (Kind.STOCK, Kind.REPEATED)
    if record is not None:
        row = record.take(message["body"])
        if row is None:
            return Told(message=message, fate=Fate.LOST, why="accepted, and not on the connector's record")
        if row["state"] == "new":
            return Told(message=message, fate=Fate.WAITING, why="kept, and not dealt with until now")
        if row["reason"]:
            return Told(message=message, fate=Fate.PARKED if is_true else Fate.REFUSED, why=row["reason"])
        if not is_true:
            return Told(message=message, fate=Fate.WRONG, why="must change nothing, and was taken for good")
    if not is_true or books is None:
        return Told(message=message, fate=Fate.UNKNOWN, why="nothing shows its effect")
    return _by_effect(message, books, courses)


def _by_effect(message: Document, books: Books, courses: Mapping[str, Course]) -> Told:
    code = message["code"].strip()
    course = courses.get(code)
    arrival = course.arrived.get(message["movement"]) if course else None
    if arrival is not None:
        return Told(message=message, fate=_BY_ARRIVAL[arrival.how])
    erp, shop = books.erp.get(code), books.shop.get(code)
    if erp is None or shop is None:
        return Told(message=message, fate=Fate.UNKNOWN, why=ONE_SIDED)
    was_told = any(at > message["ended"] * books.clock.rate for at, _ in books.shown.get(code, ()))
    why = f"ERP {erp}, shop {shop}"
    return Told(message=message, fate=Fate.WRONG if was_told else Fate.LOST, why=why)


def counts(told: Sequence[Told]) -> Counter[str]:
    """How many of each fate, with the reason of those that were parked or refused."""
    return Counter(
        f"{one.fate}: {one.why}" if one.fate in (Fate.PARKED, Fate.REFUSED) else str(one.fate) for one in told
    )


def named(one: Told, accounts: Sequence[Document]) -> str:
    """A message in words."""
    message = one.message
    when = f", answered {message['ended']:.3f} s after the start" if message["ended"] is not None else ""
    what = f"{message['kind']} of {message['code']}: {message['balance']}"
    return f"message {message['number']} ({accounts[message['account']]['name']}, {what}{when}) {one.fate}: {one.why}"
