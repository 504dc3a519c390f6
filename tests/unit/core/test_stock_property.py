"""Any story of movements and messages ends with the shop showing the ERP's balance, and never shows what was not there.

One product in a small model of both sides: the ERP's calendar of retries and the receiver as `flows.messages` and
`flows.question` have it. The rule under test is an argument, so that the same property can be seen to refute another.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core import fields
from connector.core.stock import (
    LATE_WINDOW,
    SETTLE,
    Apply,
    Claim,
    Decision,
    Keep,
    Recheck,
    after_answer,
    decide,
)

START = datetime(2026, 8, 3, 8, tzinfo=UTC)
Rule = Callable[[Claim, Sequence[Claim], Decimal | None], Decision]

# Contract, stock webhook §2.4: up to fifteen retries, each wait five minutes longer.
WAITS = [300 * tries for tries in range(1, 16)]
# The longest that an attempt of the ERP takes to fail, in seconds.
SLOWEST = 60

# Of attempts; none and all of them are where mistakes hide.
_FAILURES = st.sampled_from([0, 0, *range(1, 15), 15, 15])


@dataclass(frozen=True)
class Movement:
    """The ERP's balance becomes `balance` at `at` seconds; its message arrives at each of `arrivals`.

    A message of another stock mode than the shop's only rings (decisions §24).
    """

    at: int
    balance: Decimal
    arrivals: tuple[int, ...]
    rings: bool


@st.composite
def movements(draw: st.DrawFn) -> Movement:
    """Attempts fail, or succeed while their confirmation is lost; one at least arrives within the calendar."""
    at = draw(st.integers(0, 6 * 3600))
    slow = draw(st.integers(0, SLOWEST))
    tries = [at + sum(WAITS[:number]) + slow * number for number in range(draw(_FAILURES) + 1)]
    lost_confirmations = draw(st.lists(st.sampled_from(tries[:-1]), max_size=3)) if tries[:-1] else []
    latency = draw(st.integers(0, 3))
    balance = draw(st.one_of(st.integers(-2, 6).map(Decimal), st.decimals(-2, 6, places=3)))
    arrivals = tuple(moment + latency for moment in (*lost_confirmations, tries[-1]))
    return Movement(at, balance, arrivals, rings=draw(st.integers(0, 9)) == 0)


@dataclass
class Receiver:
    """One product as the connector keeps it: claims in the order in which they came, and what the shop shows."""

    rule: Rule
    shown: Decimal
    claims: list[Claim] = field(default_factory=list)

    def hear(self, now: datetime, balance: Decimal) -> bool:
        """A message; whether the ERP is to be asked."""
        new = Claim(received_at=now, balance=balance)
        earlier = [claim for claim in self.claims if claim.received_at >= now - LATE_WINDOW]
        decision = self.rule(new, earlier, self.shown)
        self.claims.append(new)
        return self._act(decision)

    def learn(self, asked_at: datetime, after: int, balance: Decimal) -> bool:
        """The ERP's answer; whether it is to be asked again."""
        answer, later = Claim(received_at=asked_at, balance=balance, is_answer=True), self.claims[after:]
        self.claims += [answer, *later]
        return self._act(after_answer(answer, later, self.shown))

    def _act(self, decision: Decision) -> bool:
        if isinstance(decision, Apply):
            self.shown = decision.level
        elif isinstance(decision, Recheck) and decision.now is not None:
            self.shown = decision.now
        return isinstance(decision, Recheck)


@dataclass
class Seen:
    """How it ended, and the moments at which the shop showed more than the ERP had had lately."""

    shown: Decimal
    truth: Decimal
    oversold: list[str]


def play(rule: Rule, story: Sequence[Movement]) -> Seen:
    """Play a story to its end, until nothing is on its way any more."""
    order = itertools.count()
    queue: list[tuple[float, int, str, object]] = []

    def at(second: float, what: str, subject: object = None) -> None:
        heapq.heappush(queue, (second, next(order), what, subject))

    for movement in sorted(story, key=lambda m: m.at):
        at(movement.at, "move", movement.balance)
        for arrival in movement.arrivals:
            at(arrival, "ring" if movement.rings else "message", movement.balance)
    first = Decimal(3)
    receiver = Receiver(rule, first, [Claim(received_at=START, balance=first, is_answer=True)])
    truth, had, oversold = first, [(0.0, first)], []
    is_waiting = is_running = False
    while queue:
        second, _, what, subject = heapq.heappop(queue)
        now, ask = START + timedelta(seconds=second), False
        match what:
            case "move":
                assert isinstance(subject, Decimal)
                truth = subject
                had.append((second, fields.quantity(truth)))
            case "message":
                assert isinstance(subject, Decimal)
                ask = receiver.hear(now, subject)
            case "ring":
                ask = True
            case "ask":
                if is_running:
                    at(second + 1, "ask")
                    continue
                is_waiting, is_running = False, True
                at(second + 1, "read", (now, len(receiver.claims)))
            case "read":
                at(second + 1, "answer", (subject, truth))
            case "answer":
                is_running = False
                (asked_at, after), balance = subject  # type: ignore[misc]
                ask = receiver.learn(asked_at, after, balance)
        if ask and not is_waiting:
            is_waiting = True
            at(second + SETTLE.total_seconds(), "ask")
        if receiver.shown > _most(had, second):
            oversold.append(f"at {second:g} s the shop showed {receiver.shown}")
    return Seen(receiver.shown, fields.quantity(truth), oversold)


def _most(had: list[tuple[float, Decimal]], second: float) -> Decimal:
    """The highest balance that the ERP had at any time in the late window before this moment."""
    since = second - LATE_WINDOW.total_seconds()
    ends = [moment for moment, _ in had[1:]] + [second + 1]
    return max(balance for (_, balance), end in zip(had, ends, strict=True) if end >= since)


def last_received_wins(new: Claim, earlier: Sequence[Claim], shown: Decimal | None) -> Decision:
    """What the public rivals do."""
    level = fields.quantity(new.balance)
    return Keep() if level == shown else Apply(level)


def holds(rule: Rule, story: Sequence[Movement]) -> None:
    """Raise AssertionError unless the shop ends right and was never wrong in the direction that sells too much."""
    seen = play(rule, story)
    assert seen.shown == seen.truth
    assert seen.oversold == []


stories = st.lists(movements(), min_size=1, max_size=8)


@settings(max_examples=400, deadline=None)
@given(stories)
def test_shuffled_repeated_late_and_retried_messages_leave_the_shop_right(story: list[Movement]) -> None:
    holds(decide, story)


def test_the_same_property_refutes_last_received_wins() -> None:
    @settings(max_examples=1500, deadline=None, database=None)
    @given(stories)
    def refuted(story: list[Movement]) -> None:
        holds(last_received_wins, story)

    with pytest.raises(AssertionError):
        refuted()


def test_the_same_property_refutes_a_window_shorter_than_the_erps_calendar() -> None:
    def hasty(new: Claim, earlier: Sequence[Claim], shown: Decimal | None) -> Decision:
        lately = [claim for claim in earlier if new.received_at - claim.received_at <= timedelta(hours=1)]
        return decide(new, lately, shown)

    late = Movement(0, Decimal(6), (5 * 3600,), rings=False)
    newer = Movement(60, Decimal(1), (61,), rings=False)
    holds(decide, [late, newer])
    with pytest.raises(AssertionError):
        holds(hasty, [late, newer])


def test_a_message_held_up_at_each_of_its_sixteen_attempts_is_not_trusted_either() -> None:
    held_up = Movement(0, Decimal(6), (sum(WAITS) + 15 * SLOWEST,), rings=False)
    newer = Movement(60, Decimal(1), (61,), rings=False)
    holds(decide, [held_up, newer])
