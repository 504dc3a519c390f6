"""The outcome of a run: everything that its reports tell, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any

from load.judging import figures
from load.judging.course import Course
from load.judging.draining import Drain
from load.judging.fates import BAD, ONE_SIDED, Fate, Told, Untold, counts, named
from load.judging.figures import Freshness, Latency, Lateness, Series
from load.judging.gates import Gate, Verdict, gates, verdict
from load.judging.reading import Books, Orders
from load.sender import NOT_MOVED

Document = dict[str, Any]

# How many are named one by one on the screen, and how many in the reports.
_NAMED, _NAMED_IN_REPORTS = 20, 500
_UNTOLD = (
    "the levels of {} products that differ in the end: the ERP would send again what was not accepted of them last"
)


@dataclass(frozen=True, kw_only=True)
class AccountFigures:
    """One account, for comparison with the others. Milliseconds, and seconds of the target's clock."""

    name: str
    messages: int
    accepted: int
    latency_p50_ms: float | None
    latency_p99_ms: float | None
    freshness_p50_s: float | None
    freshness_p99_s: float | None
    quota: Mapping[str, Any]
    bad: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A run, judged. `bad` names what is lost, doubled or wrong, the worst first; `spoilt` says why the run shows
    nothing; `unchecked` what could not be looked at."""

    run: Document
    verdict: Verdict
    gates: list[Gate]
    fates: Counter[str]
    bad: list[str]
    spoilt: list[str]
    unchecked: list[str]
    latency: Latency
    lateness: Lateness
    freshness: Freshness
    drain: Drain | None
    orders: Orders
    accounts: list[AccountFigures]
    older_s: float
    charts: dict[str, Series]

    @property
    def named(self) -> list[str]:
        """As many of what is bad as the reports name."""
        return self.bad[:_NAMED_IN_REPORTS]

    @property
    def bustle(self) -> str:
        """What went on beside the messages of the shape; empty where nothing did."""
        run, done = self.run, self.run["office"]
        parts = [f"{run['noise']:g} more messages a second of the first account"] if run["noise"] else []
        if run["orders"]:
            parts.append(f"{done['placed']} orders placed, {done['refused']} refused")
        if run["situations"]:
            parts.append(f"{done['moved']} steps of orders in the ERP, {done['stayed']} refused")
        return f"Beside them: {'; '.join(parts)}." if parts else ""

    def figures(self) -> Document:
        """Everything, for machines. JSON knows no infinity: what never came is null, and its gate does not hold."""
        found = {
            "verdict": self.verdict.name.lower(),
            "gates": [{**asdict(gate), "holds": gate.holds} for gate in self.gates],
            "fates": dict(self.fates),
            "bad": self.named,
            "bad_count": len(self.bad),
            "spoilt": self.spoilt,
            "unchecked": self.unchecked,
            "latency_ms": asdict(self.latency),
            "lateness": asdict(self.lateness),
            "freshness_s": {
                "p50": self.freshness.at(0.5),
                "p99": self.freshness.at(0.99),
                "worst": self.freshness.at(1),
            },
            "never_fresh": self.freshness.missing,
            "drain_s": self.drain.seconds if self.drain else None,
            "orders": {"count": self.orders.count, **self.orders.bad},
            "office": self.run["office"],
            "accounts": [asdict(account) for account in self.accounts],
            "locust_ms": self.run["locust"],
            "cpu_share": self.run["cpu_share"],
        }
        finite: Document = _finite(found)
        return finite

    def summary(self) -> str:
        """The run in some lines."""
        late, run = self.lateness, self.run
        lines = [
            f"Stock webhooks, {run['model']} model, {run['shape']} for {run['seconds']:g} s: {late.planned} planned, "
            f"{late.sent} sent, {late.dropped} dropped, {late.late} late ({late.late_for_connection} waited for a "
            f"connection, {late.late_by_generator} by the generator, whose own lag is {late.lag_p99_ms:.1f} ms p99).",
            *([self.bustle] if self.bustle else []),
            f"Latency from the intended time: {_shares(self.latency.intended)}, worst {_ms(self.latency.worst)}; from "
            f"sending: {_shares(self.latency.service)}.",
            *_in_stock_locust(run["beside"]),
            f"Every message accounted for: {', '.join(f'{count} {fate}' for fate, count in self.fates.most_common())}.",
        ]
        if self.freshness.seconds or self.freshness.missing:
            ages = ", ".join(f"{name} {_age(self.freshness.at(at))}" for name, at in (("p50", 0.5), ("p99", 0.99)))
            lines.append(f"Freshness, ERP change to shop, on the target's clock: {ages}; {_drained(self.drain)}.")
        if self.orders.count:
            told = ", ".join(f"{count} {kind}" for kind, count in self.orders.bad.items())
            lines.append(f"Orders: {self.orders.count}, {told}.")
        lines += [
            f"  {'ok  ' if gate.holds else 'FAIL' if gate.holds is False else '?   '} {gate.told}"
            for gate in self.gates
        ]
        lines += [f"  BAD  {each}" for each in self.bad[:_NAMED]]
        if len(self.bad) > _NAMED:
            lines.append(f"  … and {len(self.bad) - _NAMED} more; the reports name {len(self.named)}")
        lines += [f"  UNKNOWN  {each}" for each in self.spoilt]
        lines += [f"  not checked: {each}" for each in self.unchecked]
        return "\n".join([*lines, f"Verdict: {self.verdict.name.lower()}"])


def _in_stock_locust(stock: Mapping[str, Any] | None) -> list[str]:
    if stock is None:
        return []
    return [
        f"Stock Locust for the same load, in its closed model: p50 {_ms(stock['p50'])}, p99 {_ms(stock['p99'])}, "
        f"{stock['sent']} of {stock['planned']} sent."
    ]


def _shares(found: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name} {_ms(value)}" for name, value in found.items())


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"


def _age(seconds: float | None) -> str:
    return "–" if seconds is None else "never" if seconds == inf else f"{seconds:.1f} s"


def _drained(drain: Drain | None) -> str:
    if drain is None:
        return "unknown whether drained"
    if drain.seconds is None:
        return f"not drained: {drain.unequal} differences and {drain.left} pieces of work are left"
    return f"drained after {drain.seconds:.0f} s"


def _finite(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _finite(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(each) for each in document]
    return None if isinstance(document, float) and not isfinite(document) else document


def conclude(
    run: Document,
    messages: Sequence[Document],
    books: Sequence[Books | None],
    courses: Sequence[Mapping[str, Course]],
    told: Sequence[Told],
    untold: Untold,
    drain: Drain | None,
    doubtful: int | None,
) -> Outcome:
    """Put everything together. `doubtful` is how many accepted messages may be lost; None without a record."""
    is_open = run["model"] == "open"
    lag, times = figures.lateness(messages, is_open=is_open), figures.latency(messages, is_open=is_open)
    followed = [
        [(course, one, code) for code, course in own.items()] if one else []
        for one, own in zip(books, courses, strict=True)
    ]
    everything = [each for own in followed for each in own]
    fresh = figures.freshness(everything)
    orders = sum((one.orders for one in books if one), Orders())
    oversold = float(sum(one.oversold for one in books if one))
    not_moved = sum(one.fate is Fate.NOT_SENT and one.why == NOT_MOVED for one in told)
    quotas = [figures.quota(one) for one in books if one]
    measured: dict[str, float | None] = {
        "latency_p50_ms": times.intended["p50"],
        "latency_p99_ms": times.intended["p99"],
        "latency_p999_ms": times.intended["p99.9"],
        "error_share": sum(one.fate is Fate.NOT_ACCEPTED for one in told) / lag.sent if lag.sent else None,
        "freshness_p50_s": fresh.at(0.5),
        "freshness_p99_s": fresh.at(0.99),
        "drain_s": _drain_s(drain),
        "quota_share": max((each["share"] for each in quotas if each["share"] is not None), default=None),
        "blocked_calls": sum(each["blocked"] for each in quotas) if quotas else None,
        "oversold_share": oversold / float(orders.pieces) if orders.pieces else None,
        # In a closed model it is the target that keeps other messages from being sent.
        "dropped_share": (lag.dropped if is_open else not_moved) / lag.planned,
        "generator_lag_p99_ms": lag.lag_p99_ms,
        "generator_cpu_share": run["cpu_share"],
    }
    wrong_levels, excused = _unequal(books, untold, run["accounts"])
    bad = [named(one, run["accounts"]) for one in told if one.fate in (Fate.LOST, Fate.WRONG)]
    bad += [f"{count} orders {kind}" for kind, count in orders.bad.items() if count]
    bad += _never_true(followed, run["accounts"])
    bad += wrong_levels
    bad += [named(one, run["accounts"]) for one in told if one.fate is Fate.WAITING]
    spoilt = [*run["spoilt"], *([] if lag.sent else ["no message was sent"]), *_in_vain(run["office"])]
    found = gates(run["budgets"], measured)
    return Outcome(
        run=run,
        verdict=verdict(found, len(bad), spoilt=bool(spoilt)),
        gates=found,
        fates=counts(told),
        bad=bad,
        spoilt=spoilt,
        unchecked=[*_unchecked(run, doubtful), *_not_shown(run, books, told), *excused],
        latency=times,
        lateness=lag,
        freshness=fresh,
        drain=drain,
        orders=orders,
        accounts=_accounts(run, messages, books, followed, told),
        older_s=max((course.older_s for course, _, _ in everything), default=0.0),
        charts=_charts(messages, everything, is_open=is_open),
    )


def _in_vain(office: Mapping[str, int]) -> list[str]:
    """What was tried beside the messages and refused every time."""
    asked = (("orders", "placed", "refused"), ("steps of orders", "moved", "stayed"))
    return [
        f"all {office[refused]} {what} that were tried were refused"
        for what, done, refused in asked
        if office[refused] and not office[done]
    ]


def _never_true(followed: Sequence[Sequence[tuple[Course, Books, str]]], accounts: Sequence[Document]) -> list[str]:
    return [
        f"{account['name']}: the shop was told {level} of {code} {at:.1f} s after the start, which the ERP never had"
        for own, account in zip(followed, accounts, strict=True)
        for course, _, code in own
        for at, level in course.never_true
    ]


def _drain_s(drain: Drain | None) -> float | None:
    """Not measured where no level was compared; infinite where something is left."""
    if drain is None or (drain.seconds is not None and not drain.compared):
        return None
    return inf if drain.seconds is None else drain.seconds


def _unequal(
    books: Sequence[Books | None], untold: Untold, accounts: Sequence[Document]
) -> tuple[list[str], list[str]]:
    """Levels that are wrong at the end, and what is said of those that may differ."""
    wrong, excused = list[str](), 0
    for place, both in enumerate(books):
        if both is None:
            continue
        for code in both.unequal():
            moves = both.movements.get(code)
            if untold.excuses(place, code, moves[-1].id if moves else None):
                excused += 1
                continue
            name, erp, shop = accounts[place]["name"], both.erp[code], both.shop[code]
            wrong.append(f"{name}: in the end the shop shows {shop} of {code}, and the ERP has {erp}")
    return wrong, [_UNTOLD.format(excused)] if excused else []


def _not_shown(run: Document, books: Sequence[Books | None], told: Sequence[Told]) -> list[str]:
    """What the doors that were given do not show."""
    found = []
    if apart := [a["name"] for a, one in zip(run["accounts"], books, strict=True) if one and not one.common()]:
        found.append(f"whether both sides of {', '.join(apart)} are equal: they have no product in common")
    if alone := sum(one.fate is Fate.UNKNOWN and one.why == ONE_SIDED for one in told):
        found.append(f"what became of {alone} accepted messages: {ONE_SIDED}")
    return found


def _unchecked(run: Document, doubtful: int | None) -> list[str]:
    """What cannot be said of this target."""
    found = []
    if blind := [account["name"] for account in run["accounts"] if not (account["erp"] and account["shop"])]:
        found.append(
            f"what became of accepted messages, freshness, drain, quota and orders of {', '.join(blind)}: no control "
            "doors (erp and shop) were given"
        )
    if doubtful:
        found.append(
            f"whether {doubtful} accepted messages were kept: others with the same text were not accepted, and the "
            "connector may have kept those instead"
        )
    if doubtful is None:
        found.append(
            "whether each accepted message was kept, also one that a later message has overtaken, and whether strange "
            "messages were refused: no --messages-command was given"
        )
    if run["metrics"] is None:
        found.append("whether the connector has work left when both sides are equal: no address of `metrics` was given")
    return found


def _accounts(
    run: Document,
    messages: Sequence[Document],
    books: Sequence[Books | None],
    followed: Sequence[Sequence[tuple[Course, Books, str]]],
    told: Sequence[Told],
) -> list[AccountFigures]:
    found = []
    for place, account in enumerate(run["accounts"]):
        own = [message for message in messages if message["account"] == place]
        times = figures.latency(own, is_open=run["model"] == "open").intended
        fresh, one = figures.freshness(followed[place]), books[place]
        found.append(
            AccountFigures(
                name=account["name"],
                messages=len(own),
                accepted=sum(message["status"] == 200 for message in own),
                latency_p50_ms=times["p50"],
                latency_p99_ms=times["p99"],
                freshness_p50_s=fresh.at(0.5),
                freshness_p99_s=fresh.at(0.99),
                quota=figures.quota(one) if one else {},
                bad=sum(each.fate in BAD for each in told if each.message["account"] == place),
            )
        )
    return found


def _charts(
    messages: Sequence[Document], followed: Sequence[tuple[Course, Books, str]], *, is_open: bool
) -> dict[str, Series]:
    begun = "intended" if is_open else "started"
    waits = [(m[begun], (m["ended"] - m[begun]) * 1000) for m in messages if m["ended"] is not None]
    ages = [
        (movement.at, course.arrived[movement.id].at - movement.at)
        for course, books, code in followed
        for movement in books.movements[code]
        if movement.id in course.arrived
    ]
    return {
        "latency_p50": figures.over_time(waits, 0.5),
        "latency_p99": figures.over_time(waits, 0.99),
        "freshness_p50": figures.over_time(ages, 0.5),
        "freshness_p99": figures.over_time(ages, 0.99),
        "backlog": figures.backlog(followed),
    }
