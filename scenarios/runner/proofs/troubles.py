"""When something stood in the connector's way, so that nothing can be said about how long it took.

A time without trouble is one in which the connector was there, no outage lasted, what had failed has succeeded since,
and the account's quota was not used up.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from scenarios.runner.proofs.ledgers import Account, Ledgers, Shop, moment
from scenarios.runner.scene import Document

Span = tuple[datetime, datetime]

# The ERP's answers that say nothing of the request itself: who asks, too many calls, a bad hour (transport §3.4).
_CLOSED = frozenset({1, 2, 5, 6, 7, 8, 11, 35, 99})
# The shop's (webstore-api §12).
_SHUT = frozenset({401, 402, 403, 410, 429})

_ORDER = re.compile(r"/orders/(\d+)")
# Documents are cut in the journal.
_NUMBER = re.compile(r'"numero_pedido_ecommerce":\s*"?([^",}]+)')

_MINUTE = timedelta(minutes=1)
# The answer to a call beyond the quota (transport §3.4).
_BLOCKED = 6
# Whoever keeps the quota and is blocked knows that somebody else uses it, and tries more only step by step.
_WARY = timedelta(minutes=20)
# A connector that uses half of the quota is at the mercy of it: what is due may wait for its turn.
_BUSY = 0.5


def of(ledgers: Ledgers, shop: Shop) -> list[Span]:
    """The times of trouble of a shop and its account, oldest first; no two of them touch."""
    account = ledgers.account_of(shop)
    erp = [entry for entry in account.journal if entry["kind"] == "call"]
    found = [
        *ledgers.downs,
        *_outages(account.journal),
        *_failing(((e["service"], moment(e), _erp_failed(e)) for e in erp), ledgers.now),
        *_failing(((e["call"], moment(e), _shop_failed(e)) for e in shop.calls), ledgers.now),
        *_busy(account, erp),
        *_shared(erp),
    ]
    return _joined(sorted(found))


def touched(ledgers: Ledgers, shop: Shop) -> set[str]:
    """The orders and products of which a call has failed: when it is their turn again is for each of them to say.

    As `erp ID`, `number NUMBER` and `order ID`, the last one being the shop's.
    """
    found: set[str] = set()
    for entry in ledgers.account_of(shop).journal:
        if entry["kind"] == "call" and _erp_failed(entry):
            params = entry["params"]
            found |= {f"erp {params.get('id')}", f"number {params.get('numeroEcommerce') or order_number(params)}"}
    for entry in shop.calls:
        if _shop_failed(entry) and (order := _ORDER.search(entry["path"])):
            found.add(f"order {order[1]}")
    # Of calls that are about none.
    return found - {"erp None", "number None"}


def order_number(params: Document) -> str | None:
    """The shop's number of the order that a call inserts; None for another call."""
    found = _NUMBER.search(params.get("pedido", ""))
    return found[1] if found else None


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for since, to in spans:
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(to, joined[-1][1]))
        else:
            joined.append((since, to))
    return joined


def first_calm(after: datetime, lasting: timedelta, troubles: Sequence[Span], until: datetime) -> datetime | None:
    """The end of the first time without trouble that begins no earlier and lasts so long; None if there is none yet."""
    begin = after
    for since, to in troubles[bisect_right(troubles, after, key=lambda span: span[1]) :]:
        if since - begin >= lasting:
            break
        begin = max(begin, to)
    return begin + lasting if begin + lasting <= until else None


def _outages(journal: Iterable[Document]) -> Iterator[Span]:
    for entry in journal:
        if entry["kind"] == "outage_ordered":
            yield moment(entry), moment(entry) + timedelta(seconds=entry["seconds"])


def _erp_failed(entry: Document) -> bool:
    return bool(entry["fault"]) or entry["status"] != 200 or entry["code"] in _CLOSED


def _shop_failed(entry: Document) -> bool:
    status = entry["status"]
    return bool(entry["fault"]) or status is None or status >= 500 or status in _SHUT


def _failing(calls: Iterable[tuple[str, datetime, bool]], now: datetime) -> Iterator[Span]:
    """From a call that failed to the next of its kind that did not."""
    since: dict[str, datetime] = {}
    for name, at, failed in calls:
        if failed:
            since.setdefault(name, at)
        elif name in since:
            yield since.pop(name), at
    for begun in since.values():
        yield begun, now


def _busy(account: Account, calls: Iterable[Document]) -> Iterator[Span]:
    minutes = Counter(moment(entry).replace(second=0, microsecond=0) for entry in calls)
    for minute, count in minutes.items():
        if count >= _BUSY * account.calls_per_minute:
            yield minute, minute + 2 * _MINUTE


def _shared(calls: Iterable[Document]) -> Iterator[Span]:
    for entry in calls:
        if entry["code"] == _BLOCKED:
            yield moment(entry), moment(entry) + _WARY
