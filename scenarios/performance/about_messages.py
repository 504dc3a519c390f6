"""The subjects about messages: receiving, the rate that is sustained, working off, many accounts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scenarios.performance.results import Measured
from scenarios.performance.sentences import growth, median, number, ratio, spread
from scenarios.performance.subject import Bench, Row, Subject, at, over, said, values

_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_WALL = 0.8
_AT_HALF = "At half of the rate that the slower of the two storing doors reached all at once"


def _cost(kind: str) -> Row:
    return Row(
        label=f"CPU of a message, {_NAMES[kind]} ÷ storing nothing",
        # The bench tells the inverse, of paired storms.
        get=over(lambda _: 1.0, at("receive", f"{kind}_ratio")),
    )


def _steady_cost(kind: str) -> Row:
    return Row(
        label=f"CPU of a message at half of the slower door's rate, {_NAMES[kind]} ÷ storing nothing",
        get=over(at("receive", f"{kind}_steady_us"), at("receive", "nothing_steady_us")),
    )


def _say_receive(measured: Measured) -> list[str]:
    lines = []
    of = "the CPU of one that is answered and not stored"
    for kind, name in _NAMES.items():
        lines += said(measured, _cost(kind).get, partial(_ratio, f"A message stored on {name} takes", of))
    lines += _say_wakings(measured)
    for kind, name in _NAMES.items():
        who = f"{_AT_HALF}, a message stored on {name} takes"
        lines += said(measured, _steady_cost(kind).get, partial(_ratio, who, of))
    lines += said(
        measured,
        at("receive", "p99_ms"),
        lambda found: (
            f"{_AT_HALF}, 99 of 100 messages were answered within {number(median(found))} ms of when they were due "
            f"({spread(found)})."
        ),
    )
    return lines


def _say_wakings(measured: Measured) -> list[str]:
    """Why storing may look cheaper than not storing, if it may."""
    found = {kind: values(measured, at("receive", f"{kind}_wakings")) for kind in ("nothing", *_NAMES)}
    if not all(found.values()):
        return []
    nothing, *stored = (median(each) for each in found.values())
    told = " and ".join(f"{name}'s {number(each)} times" for each, name in zip(stored, _NAMES.values(), strict=True))
    line = f"The door that stores nothing woke the sender {number(nothing)} times a message, {told}"
    why = ": what one commit keeps is answered together. Waking it is CPU of the door, so these ratios tell too little."
    return [line + why if nothing > max(stored) else f"{line}."]


def _ratio(who: str, of: str, found: Sequence[float]) -> str:
    return ratio(who, found, of)


RECEIVE = Subject(
    name="receive",
    title="Receiving a stock message",
    method=(
        "Three processes with the same HTTP server and routes: one that stores nothing, one on SQLite "
        "(`synchronous=FULL`), one on PostgreSQL (`fsync` and `synchronous_commit` on). A client of another process "
        "sends prepared requests over 128 kept connections, first all at once, then at a constant rate; CPU is that of "
        "the server's process and, for PostgreSQL, of all of the database's. It does not say how long a disk "
        "takes: CPU is what is counted. Command: `make bench-receive`."
    ),
    benches=(
        Bench(
            name="receive",
            module="scenarios.runner.bench_receive",
            arguments=("--rounds", "3", "--messages", "10000", "--seconds", "5"),
            quick=("--rounds", "1", "--messages", "2000", "--seconds", "1"),
        ),
    ),
    rows=(
        _cost("sqlite"),
        _cost("postgres"),
        _steady_cost("sqlite"),
        _steady_cost("postgres"),
        *(
            Row(
                label=f"wakings of the sender for a message, {name}",
                get=at("receive", f"{kind}_wakings"),
                is_ratio=False,
            )
            for kind, name in (("nothing", "storing nothing"), *_NAMES.items())
        ),
        *(
            Row(label=f"messages a second, all at once, {name}", get=at("receive", f"{kind}_rate"), is_ratio=False)
            for kind, name in (("nothing", "storing nothing"), *_NAMES.items())
        ),
        Row(label="99th percentile at half of the slower door's rate, ms", get=at("receive", "p99_ms"), is_ratio=False),
    ),
    say=_say_receive,
)


def _say_sustained(measured: Measured) -> list[str]:
    lines = []
    for kind, name in _NAMES.items():
        of = "the rate of the door that stores nothing"
        lines += said(measured, at("sustained", f"{kind}_share"), partial(_ratio, f"On {name} the door sustains", of))
    rounds = len(measured.rounds)
    for kind, name in (("nothing", "storing nothing"), *_NAMES.items()):
        floors = sum(bool(one.get("sustained", {}).get(f"{kind}_is_floor")) for one in measured.rounds)
        if floors:
            lines.append(
                f"{name[:1].upper()}{name[1:]}: in {floors} of {rounds} rounds the sender was what ended the search, "
                "so that this door's rate is at least the one shown."
            )
    unknown = sum(int(one.get("sustained", {}).get("unknown_probes", 0)) for one in measured.rounds)
    if unknown:
        lines.append(f"{unknown} probes said nothing of a server: the sender was late itself.")
    else:
        lines.append("In no probe that missed the limit was the sender late by itself.")
    return lines


SUSTAINED = Subject(
    name="sustained",
    title="The rate that is sustained",
    method=(
        "The same three doors, one after the other. The highest constant rate at which 99 of 100 messages are answered "
        "within 100 ms of the moment at which each was due (an open model: a message that has to wait for a "
        "connection counts with its wait). Found by trying: grow until the limit is missed twice, halve what lies "
        "between, confirm by a longer run. The sender's own delays and its core are watched; where they may be the "
        "reason of a miss, the probe counts as unknown. Sender, server and database share the machine's cores, so it "
        "does not say what a server by itself would sustain, and a door that stores may sustain more than one that "
        "does not: it answers many messages together and wakes the sender less often, as told above. Command: "
        "`make bench-sustained`."
    ),
    benches=(
        Bench(
            name="sustained",
            module="scenarios.runner.bench_sustained",
            arguments=("--seconds", "2", "--confirm", "6"),
            quick=("--seconds", "0.5", "--confirm", "1"),
        ),
    ),
    rows=(
        *(
            Row(label=f"rate on {name} ÷ storing nothing", get=at("sustained", f"{kind}_share"))
            for kind, name in _NAMES.items()
        ),
        *(
            Row(label=f"messages a second, {name}", get=at("sustained", f"{kind}_rate"), is_ratio=False)
            for kind, name in (("nothing", "storing nothing"), *_NAMES.items())
        ),
    ),
    say=_say_sustained,
)


def _drain(kind: str, *figure: str) -> tuple[str, ...]:
    return ("drain", kind, "1", *figure)


_BOTH_RATES = over(at(*_drain("postgres", "drain_rate")), at(*_drain("sqlite", "drain_rate")))


def _to_receive(kind: str) -> Row:
    return Row(
        label=f"rate of working off ÷ rate of receiving, {_NAMES[kind]}",
        get=over(at(*_drain(kind, "drain_rate")), at(*_drain(kind, "receive_rate"))),
    )


def _calls(kind: str) -> Row:
    return Row(
        label=f"ERP calls for each product, {_NAMES[kind]}",
        get=over(at(*_drain(kind, "erp_calls")), at(*_drain(kind, "products"))),
    )


def _say_drain(measured: Measured) -> list[str]:
    lines = said(
        measured, _BOTH_RATES, partial(_ratio, "On PostgreSQL a backlog is worked off at", "the rate of SQLite")
    )
    for kind, name in _NAMES.items():
        of = "the rate at which the same process receives when it does nothing else"
        lines += said(measured, _to_receive(kind).get, partial(_ratio, f"On {name} messages are worked off at", of))
    used = [
        *values(measured, at(*_drain("sqlite", "quota_used"))),
        *values(measured, at(*_drain("postgres", "quota_used"))),
    ]
    if used:
        is_wall = max(used) >= _WALL
        follows = (
            "so that the quota may have been what it waited for" if is_wall else "so that the quota was not the wall"
        )
        lines.append(f"At most {max(used):.0%} of the scaled quota was used, {follows}.")
    blocked = sum(values(measured, at(*_drain("sqlite", "blocked")))) + sum(
        values(measured, at(*_drain("postgres", "blocked")))
    )
    lines.append("No call was blocked by the ERP." if not blocked else f"{blocked:.0f} calls were blocked by the ERP.")
    return lines


DRAIN = Subject(
    name="drain",
    title="Working off a backlog of stock messages",
    method=(
        "Fakes, connector and database are processes of their own. Ten messages for each product, which disagree, are "
        "kept by `connector serve --no-work`; then `connector serve` works them off: it sorts them, asks the ERP for "
        "each product's balance and tells the shop. Every level in the shop is compared with the ERP's in the end; a "
        "run that ends with a wrong one is no run. Time is scaled 100 times, so that the ERP's 120 calls a minute are "
        "200 a second on the wall: on the real clock each question takes half a second of it. The "
        "ten seconds for which a product's messages gather are as much shorter. "
        "Command: `make bench-drain`."
    ),
    benches=(
        Bench(
            name="drain",
            module="scenarios.runner.bench_drain",
            arguments=("--products", "500"),
            quick=("--products", "40"),
        ),
    ),
    rows=(
        Row(label="rate of working off, PostgreSQL ÷ SQLite", get=_BOTH_RATES),
        Row(
            label="CPU of a message, PostgreSQL ÷ SQLite",
            get=over(at(*_drain("postgres", "drain_us")), at(*_drain("sqlite", "drain_us"))),
        ),
        *(_to_receive(kind) for kind in _NAMES),
        *(_calls(kind) for kind in _NAMES),
        *(
            Row(label=f"{label}, {name}", get=at(*_drain(kind, figure)), is_ratio=False)
            for kind, name in _NAMES.items()
            for figure, label in (
                ("drain_rate", "messages a second"),
                ("products_rate", "products a second"),
                ("drain_us", "CPU of a message worked off, µs"),
            )
        ),
    ),
    say=_say_drain,
)

_COUNTS = (1, 10, 100, 1000)


def _accounts(kind: str, count: int) -> Row:
    return Row(
        label=f"CPU of a message, {count:,} stores ÷ 1, {_NAMES[kind]}",
        get=over(at("accounts", kind, str(count), "us"), at("accounts", kind, "1", "us")),
    )


def _say_accounts(measured: Measured) -> list[str]:
    lines = []
    for kind, name in _NAMES.items():
        for count in _COUNTS[1:]:
            tell = partial(_growth, f"On {name} the CPU for each message", count)
            lines += said(measured, _accounts(kind, count).get, tell)
    return lines


def _growth(what: str, factor: int, found: Sequence[float]) -> str:
    return growth(what, found, factor, "the number of stores")


ACCOUNTS = Subject(
    name="accounts",
    title="Many stores with the same load",
    method=(
        "The same processes as above, but the connector works while the messages come in, so many a second on the wall "
        "whatever the number of stores. Each store has an ERP account and the eight pieces of work that wait in every "
        "connected one. Where there are more stores than products with messages, the others only wait. CPU is the "
        "connector's from the first message to the last level told, with PostgreSQL's processes. It does not say what "
        "so many stores cost whose orders and catalogues move too. Command: "
        "`make bench-drain ARGS='--live 50 --products 50 --stores 1,10,100,1000'`."
    ),
    benches=(
        Bench(
            name="accounts",
            module="scenarios.runner.bench_drain",
            arguments=("--live", "50", "--products", "50", "--stores", ",".join(map(str, _COUNTS))),
            quick=("--live", "20", "--products", "10", "--stores", "1,10,100"),
        ),
    ),
    rows=(
        *(_accounts(kind, count) for kind in _NAMES for count in _COUNTS[1:]),
        *(
            Row(label=f"CPU of a message, 1 store, {name}, µs", get=at("accounts", kind, "1", "us"), is_ratio=False)
            for kind, name in _NAMES.items()
        ),
    ),
    say=_say_accounts,
    rounds=2,
)
