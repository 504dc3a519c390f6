"""The subjects about quota, fakes, stories and size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scenarios.performance.results import Measured
from scenarios.performance.sentences import growth, median, number, ratio, spread
from scenarios.performance.subject import Bench, Row, Subject, at, over, said, text, values


def _ratio(who: str, of: str, found: Sequence[float]) -> str:
    return ratio(who, found, of)


def _say_quota(measured: Measured) -> list[str]:
    lines = []
    for one in (one["quota"] for one in measured.rounds if "quota" in one):
        least = "the least that the quota allows for its listing, records and balances"
        lines += [
            f"A first pull of {one['products']:,} products at {one['limit']} calls a minute takes "
            f"{one['floor_ratio']:.3f} times {least}, {one['calls_per_product']:.2f} calls for each product.",
            f"{one['orders']:,} orders took {one['calls_per_order']:.2f} calls each; a burst of {one['messages']:,} "
            f"stock messages took {one['stock_calls']:,} questions.",
            "No call was blocked." if not one["blocked"] else f"{one['blocked']} calls were blocked.",
            "Every level was right in the end."
            if not one["stock_wrong"]
            else f"{one['stock_wrong']} levels were wrong.",
        ]
    return lines


QUOTA = Subject(
    name="quota",
    title="What things cost of the ERP's quota",
    method=(
        "In virtual time, counted by the fake ERP: hours pass in seconds, and the figures are the same everywhere, "
        "so one round is enough. Command: `make bench-quota`, whose full size is 10,000 products; here it is the size "
        "in the sentences."
    ),
    benches=(
        Bench(
            name="quota",
            module="scenarios.runner.bench_quota",
            arguments=("--products", "3000", "--parents", "100", "--orders", "100", "--moved", "50"),
            quick=("--products", "100", "--parents", "10", "--orders", "10", "--moved", "5"),
            once=True,
        ),
    ),
    rows=(
        Row(label="time of a first pull ÷ the floor by quota", get=at("quota", "floor_ratio")),
        Row(label="quota used while work waits", get=at("quota", "quota_used")),
        Row(label="calls for each product", get=at("quota", "calls_per_product")),
        Row(label="calls for each order", get=at("quota", "calls_per_order")),
        Row(
            label="questions for each message of a burst", get=over(at("quota", "stock_calls"), at("quota", "messages"))
        ),
    ),
    say=_say_quota,
)

_FAKES = {"erp": "the fake ERP", "webstore": "the fake Webstore"}
_MOCKS = {"prism": "Prism", "mockoon": "Mockoon"}


def _rate_over(mock: str) -> Row:
    return Row(
        label=f"answers a second, the fake Webstore ÷ {_MOCKS[mock]}",
        get=over(at("mocks", "fake_rate"), at("mocks", f"{mock}_rate")),
    )


def _memory_over(mock: str) -> Row:
    return Row(
        label=f"memory after the requests, the fake Webstore ÷ {_MOCKS[mock]}",
        get=over(at("mocks", "fake_mb"), at("mocks", f"{mock}_mb")),
    )


def _memory(of: str, found: Sequence[float]) -> str:
    return f"With its catalogue it holds {number(median(found))} times the memory of {of}."


def _say_fakes(measured: Measured) -> list[str]:
    lines = []
    for which, name in _FAKES.items():
        of = "the rate of a bare aiohttp handler that reads the request and answers the same document"
        who = f"{name[:1].upper()}{name[1:]} answers a read at"
        lines += said(measured, at("fake", which, "read_ratio"), partial(_ratio, who, of))
    for mock, name in _MOCKS.items():
        known = f"{name} {text(measured, 'mocks', 'versions', mock) or ''}".strip()
        lines += said(
            measured,
            _rate_over(mock).get,
            partial(_ratio, "The fake Webstore answers a product's balance at", f"the rate of {known}"),
        )
        # All rounds are of one process, so its memory is one figure.
        lines += said(measured, _memory_over(mock).get, partial(_memory, known))
    why = text(measured, "mocks", "why")
    if why is not None:
        lines.append(f"Prism and Mockoon were not measured: {why}.")
    elif not values(measured, _rate_over("prism").get):
        lines.append("Prism and Mockoon were not measured.")
    return lines


FAKES = Subject(
    name="fakes",
    title="The fakes as servers",
    method=(
        "Each fake with 10,000 products beside a bare aiohttp handler in the same process, asked in turn by one client "
        "of another process that only sends prepared bytes; the fake keeps state, counts its quota and writes its "
        "journal meanwhile. Then the fake Webstore beside generic mock servers, Prism and Mockoon, started by Node on "
        "the OpenAPI document that the fake serves itself, all asked for `GET …/products/{id}/stock`. They make up an "
        "answer that fits the document, the fake answers what is so: it does not say that they could stand in for it. "
        "Commands: `make bench-fake`, `make bench-mocks`."
    ),
    benches=(
        Bench(
            name="fake",
            module="scenarios.runner.bench_fake",
            arguments=("--rounds", "3", "--requests", "1000"),
            quick=("--rounds", "1", "--requests", "500"),
        ),
        Bench(
            name="mocks",
            module="scenarios.runner.bench_mocks",
            arguments=("--requests", "2000"),
            quick=("--requests", "200"),
            once=True,
            rounds_option="--rounds",
        ),
    ),
    rows=(
        *(
            Row(label=f"answers a second, {name} ÷ a bare handler", get=at("fake", which, "read_ratio"))
            for which, name in _FAKES.items()
        ),
        *(_rate_over(mock) for mock in _MOCKS),
        *(_memory_over(mock) for mock in _MOCKS),
        *(
            Row(label=f"{label}, {name}", get=at("fake", which, figure), is_ratio=False)
            for which, name in _FAKES.items()
            for figure, label in (
                ("fixture_ms", "start of the fixture, ms"),
                ("cli_s", "start of the command, s"),
                ("rss_mb", "memory with 10,000 products, MB"),
                ("rss_growth_mb", "of it since it was empty, MB"),
            )
        ),
    ),
    say=_say_fakes,
)


def _say_stories(measured: Measured) -> list[str]:
    rates = values(measured, at("stories", "stories_a_minute"))
    if not rates:
        return []
    one = next(each["stories"] for each in measured.rounds if "stories" in each)
    pace = values(measured, at("stories", "seconds_in_one"))
    return [
        f"{one['stories']} stories, {number(one['virtual_days'])} days of their time, were played by {one['jobs']} "
        f"processes at {number(median(rates))} a minute ({spread(rates)}).",
        f"A second of the machine held {number(median(pace))} seconds of the stories ({spread(pace)}).",
    ]


STORIES = Subject(
    name="stories",
    title="Stories a minute",
    method=(
        "What `scenarios run --without slow --jobs 2` plays, in virtual time: both fakes and the connector, over HTTP, "
        "with SQLite. Reading the files and starting the processes is in it. Stories differ in length, so the rate is "
        "that of this collection. A round in which a story does not pass is no round. Command: `make bench-stories`."
    ),
    benches=(Bench(name="stories", module="scenarios.runner.bench_stories", quick=("--tag", "smoke")),),
    rows=(
        Row(label="time of the stories ÷ time on the wall", get=at("stories", "seconds_in_one")),
        Row(label="stories a minute", get=at("stories", "stories_a_minute"), is_ratio=False),
        Row(label="seconds in all", get=at("stories", "wall_s"), is_ratio=False),
    ),
    say=_say_stories,
)

_SIZES = over(at("cost", "large_products"), at("cost", "small_products"))


def _say_scale(measured: Measured) -> list[str]:
    lines = []
    sizes = values(measured, _SIZES)
    if sizes:
        tell = partial(_growth, "The CPU for each product of a first pull", sizes[0])
        lines += said(measured, at("cost", "cost_ratio"), tell)
    of = "the calls a second of one"
    who = "Two workers on PostgreSQL, with a shop that takes 50 ms for a call, make"
    lines += said(measured, at("workers", "workers_ratio"), partial(_ratio, who, of))
    return lines


def _growth(what: str, factor: float, found: Sequence[float]) -> str:
    return growth(what, found, factor, "the catalogue")


SCALE = Subject(
    name="scale",
    title="Growth with the catalogue, and a second worker",
    method=(
        "Catalogue: a first pull of a small and of a large catalogue on SQLite, both fakes in one process and the "
        "connector in another, on a scaled clock on which it is never short of quota; CPU is the connector's. One "
        "round, since it takes long. Workers: one and then two `connector worker` on one PostgreSQL tell 64 stores "
        "their levels; the shop takes 50 ms for each call, a worker has eight under way. It does not say what "
        "more workers add than there are cores. Command: `make bench-scale`, whose large catalogue is of 100,000."
    ),
    benches=(
        Bench(
            name="cost",
            module="scenarios.runner.bench_scale",
            arguments=("--part", "cost", "--small", "500", "--large", "5000"),
            quick=("--part", "cost", "--small", "50", "--large", "200"),
            once=True,
        ),
        Bench(
            name="workers",
            module="scenarios.runner.bench_scale",
            arguments=("--part", "workers", "--rounds", "1", "--levels", "500"),
            quick=("--part", "workers", "--rounds", "1", "--levels", "50"),
        ),
    ),
    rows=(
        Row(label="CPU for each product, large catalogue ÷ small", get=at("cost", "cost_ratio")),
        Row(label="products, large ÷ small", get=_SIZES),
        Row(label="calls a second, two workers ÷ one", get=at("workers", "workers_ratio")),
        Row(label="products of the large catalogue", get=at("cost", "large_products"), is_ratio=False),
        Row(label="highest memory with it, MB", get=at("cost", "rss_mb"), is_ratio=False),
    ),
    say=_say_scale,
)
