"""When messages are due: the shapes of arrival, decided before the first one is sent.

An open model: whoever sends does not wait for answers, as no ERP does for a shop that stalls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from load.mistake import Mistake, brief

# The ERP's waits between its sixteen attempts, in minutes (erp-stock-webhook §2.4).
RETRY_WAITS = tuple(range(5, 80, 5))
# How fast the ERP sends a burst is not documented.
BURST_RATE = 500.0

KNOWN = (
    "constant:RATE, poisson:RATE, ramp:FROM-TO, burst:COUNT, burst:COUNT@RATE or retries:COUNT, such as constant:200 "
    "(rates in messages a second)"
)
_NUMBER = r"(\d+(?:\.\d+)?)"


@dataclass(frozen=True)
class Arrival:
    """Seconds after the start at which a message is due. The same `number` again is the same message again."""

    at: float
    number: int


# A message takes a kilobyte or so before it is sent.
MOST = 1_000_000


@dataclass(frozen=True)
class Shape:
    """What gives the arrivals of so many seconds, in order; `count` says about how many that will be."""

    count: Callable[[float], float]
    draw: Callable[[float, Random], list[Arrival]]

    def __call__(self, seconds: float, random: Random) -> list[Arrival]:
        """Raises Mistake where they are more than one run can hold."""
        if not (expected := self.count(seconds)) <= MOST:
            raise Mistake(
                f"--shape and --noise: {expected:.3g} messages of one of them are more than {MOST:,}: lower its rate "
                "or --seconds."
            )
        return self.draw(seconds, random)


def parse_shape(text: str) -> Shape:
    """The shape of that name. Raises Mistake."""
    for pattern, made in _SHAPES.items():
        if found := re.fullmatch(pattern, text.strip()):
            numbers = [float(each) if each else BURST_RATE for each in found.groups()]
            if not all(0 < number < math.inf for number in numbers):
                raise Mistake(f"--shape {brief(text)}: every number must be above 0; give {KNOWN}.")
            return made(*numbers)
    raise Mistake(f"--shape {brief(text)} is none: give {KNOWN}.")


def constant(rate: float) -> Shape:
    """One message every 1/rate seconds."""

    def arrivals(seconds: float, _: Random) -> list[Arrival]:
        return [Arrival(number / rate, number) for number in range(round(rate * seconds))]

    return Shape(lambda seconds: rate * seconds, arrivals)


def poisson(rate: float) -> Shape:
    """As many senders that know nothing of each other."""

    def arrivals(seconds: float, random: Random) -> list[Arrival]:
        found, at = list[Arrival](), random.expovariate(rate)
        while at < seconds:
            found.append(Arrival(at, len(found)))
            at += random.expovariate(rate)
        return found

    return Shape(lambda seconds: rate * seconds, arrivals)


def ramp(first: float, last: float) -> Shape:
    """From one rate to another, evenly."""

    def arrivals(seconds: float, _: Random) -> list[Arrival]:
        # The count by a moment is first·t + (last − first)·t²/2/seconds; each message is due when it is whole.
        bend = (last - first) / (2 * seconds)
        total = math.floor((first + last) / 2 * seconds)
        return [Arrival(_moment(first, bend, number), number) for number in range(total)]

    return Shape(lambda seconds: (first + last) / 2 * seconds, arrivals)


def _moment(first: float, bend: float, count: int) -> float:
    """When `first`·t + `bend`·t² has reached a count."""
    if abs(bend) < 1e-12:
        return count / first
    return (math.sqrt(max(0.0, first * first + 4 * bend * count)) - first) / (2 * bend)


def burst(count: float, rate: float) -> Shape:
    """All of them in a row and nothing more, as after a change of the stock mode (erp-stock-webhook, open point 3)."""
    return Shape(lambda _: count, lambda _, __: [Arrival(number / rate, number) for number in range(round(count))])


def retries(count: float) -> Shape:
    """Every answer lost: each message comes sixteen times, by the ERP's calendar, which takes the whole time."""

    def arrivals(seconds: float, random: Random) -> list[Arrival]:
        moments = [0.0]
        for wait in RETRY_WAITS:
            moments.append(moments[-1] + wait)
        # The first attempts are spread over five minutes of the calendar: the shortest wait.
        scale = seconds / (moments[-1] + RETRY_WAITS[0])
        found = []
        for number in range(round(count)):
            first = random.uniform(0, RETRY_WAITS[0])
            found += [Arrival((first + moment) * scale, number) for moment in moments]
        return sorted(found, key=lambda arrival: arrival.at)

    return Shape(lambda _: count * (len(RETRY_WAITS) + 1), arrivals)


_SHAPES: dict[str, Callable[..., Shape]] = {
    f"constant:{_NUMBER}": constant,
    f"poisson:{_NUMBER}": poisson,
    f"ramp:{_NUMBER}-{_NUMBER}": ramp,
    rf"burst:(\d+)(?:@{_NUMBER})?": burst,
    r"retries:(\d+)": retries,
}
