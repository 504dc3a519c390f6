"""Sends planned messages at their intended times, whatever became of those before them. Runs in Locust's greenlets.

A message whose time has come waits for a connection that is free, and its wait counts: its latency begins with the
intended time. What the generator itself is late by is told apart, since it says nothing of the target.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

import gevent
from gevent.event import AsyncResult, Event
from gevent.queue import Queue

from load.mix import Kind, Planned
from load.targets import Account

# A balance is moved in the ERP at most so long before its message is due: one call moves what is due together.
SLICE = 0.1
_AHEAD = 0.3
_BEFORE_START = 0.5
STRANGER = "99888777000161"
_NO_PRODUCT = 990_000_000
NOT_MOVED = "not moved in the ERP"
ENDED_EARLY = "the run was ended early"


class Post(Protocol):
    """Sends a document to a control door; what it answers, None if it refuses."""

    def __call__(self, method: str, address: str, name: str, document: Any) -> bytes | None: ...


@dataclass(kw_only=True, eq=False)
class Sent:
    """What became of a planned message: seconds from the start, and the answer's status; 0 where none came.

    `lag` is what the generator itself was late by. `movement` is the number of the ERP's movement that it tells of.
    """

    place: int
    planned: Planned
    body: AsyncResult[str | None] = field(default_factory=AsyncResult)
    movement: int | None = None
    balance: Any = None
    lag: float = 0.0
    started: float | None = None
    ended: float | None = None
    status: int = 0
    error: str = ""


class Sender:
    """All messages of a run: `dispatch` hands them out when they are due, users `take` one after another."""

    def __init__(self, planned: Sequence[Planned], accounts: Sequence[Account], *, tells_shop: bool) -> None:
        self.accounts = accounts
        self.sent = [Sent(place=place, planned=message) for place, message in enumerate(planned)]
        self.base = 0.0
        self.wall = 0.0
        self.cpu = 0.0
        self._over = Event()
        self._movers: list[gevent.Greenlet[Any, Any]] = []
        # Why the run shows nothing of the target, whatever was measured.
        self.spoilt = [ENDED_EARLY]
        self._tells_shop = tells_shop
        self._queue: Queue[int | None] = Queue()
        self._idle = 0
        self._open = 0
        self._next = 0
        self._begun = Event()

    def start(self, post: Post) -> None:
        """Begin: movements a little before their messages are due."""
        self.base = time.perf_counter() + _BEFORE_START
        self.wall = time.time() + _BEFORE_START
        self.cpu = time.process_time()
        for place in range(len(self.accounts)):
            mover = gevent.spawn(self._move, place, post)
            mover.link_exception(lambda _: self._give_up())
            self._movers.append(mover)
        self._begun.set()

    @property
    def is_over(self) -> bool:
        """Nothing is sent or moved any more."""
        return self._over.is_set()

    def _give_up(self) -> None:
        """Nothing more is moved: what is not written is not sent."""
        for sent in self.sent:
            if not sent.body.ready():
                sent.body.set(None)

    def now(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.base

    def dispatch(self) -> None:
        """Hand each message out when it is due; return when all of them are answered for."""
        for place, sent in enumerate(self.sent):
            self._sleep_until(sent.planned.at)
            if self.is_over:
                break
            if not self._is_moved(sent):
                continue
            # Without a free connection it is the target that keeps it waiting.
            is_free = self._idle > self._queue.qsize()
            sent.lag = self.now() - sent.planned.at
            self._open += 1
            self._queue.put(place)
            if is_free:
                # Until it is taken: that, too, is the generator's.
                sent.lag = -1.0
        while self._open:
            gevent.sleep(0.01)

    def played(self) -> None:
        """The load has come to its end, unless it was ended before."""
        if not self.is_over:
            self.spoilt.remove(ENDED_EARLY)

    def end(self, users: int) -> None:
        """Every user that waits for a message learns that there is none any more."""
        self._over.set()
        self._give_up()
        self._begun.set()
        for _ in range(users):
            self._queue.put(None)

    def finish(self, seconds: float) -> None:
        """When it is over: wait so long for movements that are under way, so that the record knows of them."""
        gevent.joinall(self._movers, timeout=seconds)

    def take(self) -> Sent | None:
        """The next message that is due; None at the end."""
        self._idle += 1
        place = self._queue.get()
        self._idle -= 1
        if place is None:
            return None
        sent = self.sent[place]
        sent.started = self.now()
        if sent.lag < 0:
            sent.lag = sent.started - sent.planned.at
        return sent

    def take_next(self, seconds: float) -> Sent | None:
        """For a closed model: the next message whatever the time, until the time is over."""
        self._begun.wait()
        while not self.is_over and self._next < len(self.sent) and self.now() < seconds:
            sent = self.sent[self._next]
            self._next += 1
            if self._is_moved(sent):
                self._open += 1
                sent.started = self.now()
                return sent
        return None

    def _is_moved(self, sent: Sent) -> bool:
        """Wait until there is something to tell; whether there is."""
        if sent.body.get() is not None:
            return True
        sent.error = "" if self.is_over else NOT_MOVED
        return False

    def settle(self, sent: Sent, status: int, error: str) -> None:
        """The answer has come, or will not come any more."""
        sent.ended, sent.status, sent.error = self.now(), status, error
        self._open -= 1

    def _sleep_until(self, at: float) -> None:
        """Or until it is over."""
        if (left := at - self.now()) > 0:
            self._over.wait(left)

    def _move(self, place: int, post: Post) -> None:
        """Set an account's balances in the ERP, a slice at a time, and write its messages."""
        account = self.accounts[place]
        own = [sent for sent in self.sent if sent.planned.account == place]
        for sent in own:
            if sent.planned.again is not None:
                gevent.spawn(self._repeat, sent, self.sent[sent.planned.again])
            elif sent.planned.kind is not Kind.STOCK:
                sent.body.set(_without_effect(account, sent))
        for start, due in _slices([sent for sent in own if sent.planned.kind is Kind.STOCK]):
            self._sleep_until(start - _AHEAD)
            if self.is_over:
                # What moves while a run is judged would look untold.
                return
            self._make(account, due, post)

    def _make(self, account: Account, due: list[Sent], post: Post) -> None:
        levels: list[Any] = [None] * len(due)
        if account.erp is not None:
            changes = [_change(account, sent.planned) for sent in due]
            answer = post("POST", f"{account.erp}/stock", "fake ERP: move stock", changes)
            if answer is None:
                for sent in due:
                    sent.body.set(None)
                return
            levels = json.loads(answer)
        told: dict[str, float] = {}
        for sent, level in zip(due, levels, strict=True):
            product = account.products[sent.planned.product]
            if level is None:
                sent.balance = sent.planned.balance if product.balance is None else product.balance
            else:
                sent.balance, sent.movement = account.company.balance(level), level["movimento"]
                told[product.code] = float(sent.balance)
            sent.body.set(json.dumps(account.company.message(product, sent.balance)))
        if self._tells_shop and account.shop is not None and told:
            post("PUT", f"{account.shop}/erp-stock", "fake Webstore: what the ERP has", told)

    def _repeat(self, sent: Sent, first: Sent) -> None:
        body = first.body.get()
        sent.movement, sent.balance = first.movement, first.balance
        sent.body.set(body)


def _without_effect(account: Account, sent: Sent) -> str:
    """A message that must change nothing, different from all others."""
    product = account.products[sent.planned.product]
    message = account.company.message(product, sent.planned.balance)
    if sent.planned.kind is Kind.FOREIGN:
        return json.dumps({**message, "cnpj": STRANGER, "versao": f"1.0.{sent.place}"})
    if sent.planned.kind is Kind.UNMAPPED:
        number = _NO_PRODUCT + sent.place
        nobody = {"idProduto": number, "sku": f"NAO-HA-{number}", "skuMapeamento": "", "skuMapeamentoPai": ""}
        return json.dumps({**message, "dados": {**message["dados"], **nobody}})
    return f'{{"cnpj": "{account.company.cnpj}", "numero": {sent.place}, "dados": '


def _slices(moves: Sequence[Sent]) -> Iterator[tuple[float, list[Sent]]]:
    ordered = sorted(moves, key=lambda sent: sent.planned.moved_at)
    for number, due in groupby(ordered, key=lambda sent: int(sent.planned.moved_at / SLICE)):
        yield number * SLICE, list(due)


def _change(account: Account, planned: Planned) -> dict[str, Any]:
    product = account.products[planned.product]
    # The message is ours to send.
    return {"idProduto": product.id, "tipo": "B", "quantidade": planned.balance, "avisar": False}
