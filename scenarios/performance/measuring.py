"""Runs the benches of a subject, round by round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scenarios.performance import children
from scenarios.performance.machine import commit, machine
from scenarios.performance.results import Measured, Round
from scenarios.performance.subject import Bench, Subject

Run = Callable[[str, tuple[str, ...], Path], dict[str, Any]]


def measure(
    subject: Subject, rounds: int, is_quick: bool, folder: Path, say: Callable[[str], None], run: Run = children.run
) -> Measured:
    """All rounds of a subject; benches are started in `folder`. Raises children.BenchFailed."""
    before = commit(folder)
    made: list[Round] = [{} for _ in range(rounds)]
    for bench in subject.benches:
        if bench.once:
            _spread(made, bench, run(bench.module, _arguments(bench, is_quick, rounds), folder))
            say(f"{subject.name}: {bench.name}")
    for number, one in enumerate(made, start=1):
        for bench in subject.benches:
            if not bench.once:
                one[bench.name] = run(bench.module, _arguments(bench, is_quick, rounds), folder)
                say(f"{subject.name}: {bench.name}, round {number} of {rounds}")
    return Measured(
        date=datetime.now(UTC).date().isoformat(),
        commit=before,
        is_quick=is_quick,
        machine=machine(),
        # Where everything was run once, there is one round.
        rounds=[one for one in made if one],
    )


def _arguments(bench: Bench, is_quick: bool, rounds: int) -> tuple[str, ...]:
    more = (bench.rounds_option, str(rounds)) if bench.rounds_option else ()
    return (*(bench.quick if is_quick else bench.arguments), *more)


def _spread(made: list[Round], bench: Bench, figures: dict[str, Any]) -> None:
    """Give what was run once to the first round; where it made rounds of its own, each of the others its own."""
    own = figures.pop("rounds", [{}])
    for number, (one, each) in enumerate(zip(made, own, strict=False)):
        one[bench.name] = {**figures, **each} if number == 0 else each
