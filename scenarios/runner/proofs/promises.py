"""What the connector has answered for: a message that it acknowledged must show its effect.

Nobody sends it again. The nets that are drawn under the messages would mend the end in most stories, so that each
message is judged by the time it takes: within the bound, counted from the first calm after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from scenarios.runner.proofs import levels, troubles
from scenarios.runner.proofs.ledgers import Ledgers, Shop, Target, moment
from scenarios.runner.scene import Document, Look
from scenarios.runner.statuses import IMPORTED, is_reached, shown_for

# A message of stock is a question that gathers for ten seconds; the list of changes mends what is lost in five minutes.
OF_STOCK = timedelta(minutes=1)
# Longer than two searches after a doubtful call (3 min), shorter than the nets under the messages of orders (10 min).
OF_ORDERS = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One message that was acknowledged. `kept` says whether its effect was there by a moment.

    `about` is what it is about, as `troubles.touched` names it.
    """

    told: str
    about: frozenset[str]
    within: timedelta
    at: datetime
    kept: Callable[[datetime], bool]


async def kept(ledgers: Ledgers, shop: Shop) -> Look:
    """Messages that were answered 200 and changed nothing, though nothing was in the way."""
    if not shop.is_open:
        return Look(0, "the shop is not connected at the end")
    trouble, touched = troubles.of(ledgers, shop), troubles.touched(ledgers, shop)
    promises = [promise for promise in _promises(ledgers, shop) if not promise.about & touched]
    wrong = []
    for promise in promises:
        due = troubles.first_calm(promise.at, promise.within, trouble, ledgers.now)
        if due is not None and not promise.kept(due):
            wrong.append(f"{promise.told}: answered at {_clock(ledgers, promise.at)}, without effect until now")
    return Look(len(promises), f"{len(promises)} acknowledged messages", tuple(wrong))


def _clock(ledgers: Ledgers, at: datetime) -> str:
    return f"{(at - ledgers.began).total_seconds():g} s"


def _promises(ledgers: Ledgers, shop: Shop) -> Iterator[Promise]:
    acknowledged = [e for e in ledgers.account_of(shop).journal if e["kind"] == "webhook" and e["status"] == 200]
    yield from _of_stock(ledgers, shop, [e for e in acknowledged if e["tipo"] == "estoque"])
    yield from _of_situations(ledgers, shop, [e for e in acknowledged if e["tipo"] == "situacao_pedido"])
    yield from _of_orders(ledgers, shop)


def _of_stock(ledgers: Ledgers, shop: Shop, messages: Iterable[Document]) -> Iterator[Promise]:
    """That both sides agree once; a later movement may overtake the message itself."""
    courses = levels.courses(ledgers, shop)
    for entry in messages:
        if (target := _target(entry["dados"])) in courses:
            course, at = courses[target], moment(entry)
            yield Promise(
                told=f"stock of {course.code}",
                about=frozenset({f"erp {entry['dados'].get('idProduto')}"}),
                within=OF_STOCK,
                at=at,
                kept=partial(course.agree, at),
            )


def _target(content: Document) -> Target | None:
    own, parent = str(content.get("skuMapeamento") or ""), str(content.get("skuMapeamentoPai") or "")
    if not own.isdigit() or (parent and not parent.isdigit()):
        return None
    return (int(parent), int(own)) if parent else (int(own), None)


def _of_situations(ledgers: Ledgers, shop: Shop, messages: Iterable[Document]) -> Iterator[Promise]:
    """That the shop has come as far as that situation, or ended otherwise."""
    # Two shops of one account may have the same number; the message does not say whose it is.
    numbers = Counter(str(order["number"]) for one in ledgers.siblings(shop) for order in one.orders)
    orders = {str(order["number"]): order for order in shop.orders}
    for entry in messages:
        number, status = str(entry["dados"].get("idPedidoEcommerce")), shown_for(entry["dados"].get("situacao"))
        order = orders.get(number) if numbers[number] == 1 else None
        if order is not None and status is not None:
            yield Promise(
                told=f"situation {status} of order {number}",
                about=frozenset({f"erp {entry['dados'].get('idVendaTiny')}", f"order {order['id']}"}),
                within=OF_ORDERS,
                at=moment(entry),
                kept=partial(is_reached, order["history"], status),
            )


def _of_orders(ledgers: Ledgers, shop: Shop) -> Iterator[Promise]:
    """That an order which was paid when the shop told of it is in the ERP."""
    inserted: dict[str, datetime] = {}
    for entry in ledgers.account_of(shop).journal:
        if entry["kind"] == "order_inserted":
            inserted.setdefault(str(entry["numero_ecommerce"]), moment(entry))
    orders = {order["id"]: order for order in shop.orders}
    for entry in shop.messages:
        order, at = orders.get(entry["resource"]), moment(entry)
        if order is None or entry["status"] != 200 or not _was(order, IMPORTED, at):
            continue
        number = str(order["number"])
        yield Promise(
            told=f"{entry['event']} of order {number}",
            about=frozenset({f"number {number}", f"order {order['id']}"}),
            within=OF_ORDERS,
            at=at,
            kept=partial(_is_sent, order, inserted.get(number)),
        )


def _is_sent(order: Document, inserted: datetime | None, by: datetime) -> bool:
    """Whether it is in the ERP by a moment, or need not be any more."""
    return (inserted is not None and inserted <= by) or _was(order, ("cancelled",), by)


def _was(order: Document, statuses: Iterable[str], at: datetime) -> bool:
    """Whether an order had one of these statuses at a moment."""
    lines = [line for line in order["history"] if datetime.fromisoformat(line["recorded_at"]) <= at]
    return bool(lines) and lines[-1]["status"] in statuses
