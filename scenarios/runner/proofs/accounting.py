"""Jepsen's accounting: what became of every operation, as its caller could know it, and what of that was mended.

Beside the invariants, which judge, this counts: a story whose calls all ended well has shown less than one in which
the fate of some was unknown and nothing was lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from scenarios.runner.proofs.ledgers import Account, Ledgers
from scenarios.runner.proofs.troubles import order_number
from scenarios.runner.record import Tally
from scenarios.runner.scene import Document

_INSERT = "pedido.incluir.php"
# The ERP has read these calls and said no; all other faults leave their caller without an answer.
_REFUSALS = frozenset({"blocked_minute", "blocked_concurrency", "maintenance", "unexpected"})
_ANSWERED_FAULTS = frozenset({None, "slow", *_REFUSALS})

OK, FAILED, UNKNOWN = "ok", "failed", "unknown"


def tallies(ledgers: Ledgers) -> list[Tally]:
    """Of the orders that were sent to the ERP, and of the messages that it sent."""
    kept, fates = Counter[str](), []
    for name, account in ledgers.accounts.items():
        kept.update(f"{name}:{order['numero_ecommerce']}" for order in account.orders)
        fates += [(f"{name}:{number}", fate) for number, fate in _inserts(account)]
    paid = _paid(ledgers)
    return [
        _tally(
            "orders",
            Counter(fate for _, fate in fates),
            lost=sum(not kept[order] for order, statuses in paid.items() if statuses != ["cancelled"]),
            doubled=sum(count > len(paid.get(order, ())) > 0 for order, count in kept.items()),
            unexpected=sum(order not in paid for order in kept),
            recovered=len({order for order, fate in fates if fate != OK and kept[order] == 1}),
        ),
        _messages(
            entry for account in ledgers.accounts.values() for entry in account.journal if entry["kind"] == "webhook"
        ),
    ]


def _tally(what: str, fates: Counter[str], **outcomes: int) -> Tally:
    return Tally(what=what, ok=fates[OK], failed=fates[FAILED], unknown=fates[UNKNOWN], **outcomes)


def _paid(ledgers: Ledgers) -> dict[str, list[str]]:
    """The numbers that were ever paid at an account's shops, each with the statuses of its orders now."""
    paid: dict[str, list[str]] = defaultdict(list)
    for shop in ledgers.shops.values():
        for order in shop.orders:
            if any(line["payment_status"] == "paid" for line in order["history"]):
                paid[f"{shop.account}:{order['number']}"].append(order["status"])
    return dict(paid)


def _inserts(account: Account) -> Iterable[tuple[str, str]]:
    for entry in account.journal:
        if entry["kind"] == "call" and entry["service"] == _INSERT:
            yield order_number(entry["params"]) or "", _fate(entry)


def _fate(entry: Document) -> str:
    if entry["fault"] not in _ANSWERED_FAULTS:
        return UNKNOWN
    return OK if entry["code"] is None and entry["status"] == 200 else FAILED


def _messages(attempts: Iterable[Document]) -> Tally:
    """One operation for each message, by all that was tried to deliver it."""
    by_message: dict[tuple[object, ...], list[Document]] = defaultdict(list)
    for entry in attempts:
        by_message[entry["channel"], entry["delivery"]].append(entry)
    fates = Counter(_heard(tries) for tries in by_message.values())
    confirmed = [sum(entry["status"] == 200 for entry in tries) for tries in by_message.values()]
    return _tally(
        "messages",
        fates,
        lost=sum(not count for count in confirmed),
        doubled=sum(count > 1 for count in confirmed),
        unexpected=0,
        recovered=sum(tries[0]["status"] != 200 and _heard(tries) == OK for tries in by_message.values()),
    )


def _heard(tries: list[Document]) -> str:
    if any(entry["status"] == 200 and entry["fault"] != "answer_lost" for entry in tries):
        return OK
    return UNKNOWN if any(not isinstance(e["status"], int) or e["fault"] == "answer_lost" for e in tries) else FAILED
