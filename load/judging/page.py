"""The outcome as one HTML page that needs nothing else: no script, no address, charts drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log10
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from load.judging.figures import Series
from load.judging.outcome import Outcome

_WIDTH, _HEIGHT = 720, 180
_LEFT, _BOTTOM, _TOP = 64, 24, 8
_INTERVALS = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a chart: `points` as SVG has them, `dots` with what is told of each."""

    name: str
    points: str
    dots: list[tuple[float, float, str]]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart, drawn: lines over seconds, marks of both axes as place and text."""

    title: str
    unit: str
    lines: list[Line]
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    width: int = _WIDTH
    height: int = _HEIGHT


def render(outcome: Outcome) -> str:
    """The whole page."""
    files = FileSystemLoader(Path(__file__).parent)
    templates = Environment(
        loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters |= {"figure": _figure, "ms": _ms, "s": _seconds}
    return templates.get_template("page.html.j2").render(outcome=outcome, charts=_charts(outcome))


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return "never" if value == inf else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} ms"


def _seconds(value: float | None) -> str:
    return "–" if value is None else "never" if value == inf else f"{value:,.1f} s"


def _mark(at: float) -> str:
    return f"{at:,.1f}".removesuffix(".0") + " s"


def _charts(outcome: Outcome) -> list[Chart]:
    found = outcome.charts
    drawn = [
        chart("Latency from the intended time", "ms", {"p50": found["latency_p50"], "p99": found["latency_p99"]}),
        chart(
            "Freshness: from the ERP's change to the shop, by when it changed",
            "s on the target's clock",
            {"p50": found["freshness_p50"], "p99": found["freshness_p99"]},
        ),
        chart("Backlog: changes that the shop does not show yet", "changes", {"open": found["backlog"]}),
        chart("Calls a minute of the ERP's quota, by account", "calls", _calls(outcome)),
    ]
    return [each for each in drawn if each is not None]


def _calls(outcome: Outcome) -> dict[str, Series]:
    """The busiest five; a line for every account of many would be none for any."""
    accounts = sorted((a for a in outcome.accounts if a.quota), key=lambda a: -a.quota["calls"])[:5]
    return {
        account.name: Series(points=[(max(0.0, at), calls) for at, calls in account.quota["minutes"]])
        for account in accounts
    }


def chart(title: str, unit: str, series: dict[str, Series]) -> Chart | None:
    """None where there is nothing to draw."""
    points = [point for each in series.values() for point in each.points]
    if not points:
        return None
    last = max(at for at, _ in points) or 1.0
    up = _round_marks(max(value for _, value in points) or 1.0)
    across = [at for at in _round_marks(last) if at <= last]
    wide, high = _WIDTH - _LEFT - 12, _HEIGHT - _BOTTOM - _TOP

    def place(at: float, value: float) -> tuple[float, float]:
        return round(_LEFT + at / last * wide, 1), round(_TOP + high * (1 - value / up[-1]), 1)

    def line(name: str, own: Sequence[tuple[float, float]]) -> Line:
        places = [place(*point) for point in own]
        told = [f"{name} {_figure(value)} {unit} at {_mark(at)}" for at, value in own]
        return Line(
            name=name,
            points=" ".join(f"{x},{y}" for x, y in places),
            dots=[(x, y, text) for (x, y), text in zip(places, told, strict=True)],
        )

    return Chart(
        title=title,
        unit=unit,
        lines=[line(name, each.points) for name, each in series.items() if each.points],
        across=[(place(at, 0)[0], f"{_figure(at)} s") for at in across],
        up=[(place(0, value)[1], _figure(value)) for value in up],
    )


def _round_marks(most: float) -> list[float]:
    """From 0 in even steps of 1, 2, 2.5 or 5 times a power of ten, at most four, the last not below `most`."""
    power = 10.0 ** floor(log10(most / _INTERVALS))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each * _INTERVALS >= most)
    return [step * number for number in range(ceil(most / step) + 1)]
