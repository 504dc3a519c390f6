"""Whether a seed always tells the same: played again and again, and at the same time as many others.

Compared is all that a playing shows, byte for byte: its history, what was said, and how often each service of the ERP
was called. Nothing of the wall's time is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from scenarios.runner import formats
from scenarios.runner.turns import Crowd, Played, Processes, Turn, play

Say = Callable[[str], None]

# So many rounds in one set of processes: each set has another seed for the order of Python's sets.
_ROUNDS_OF_A_SET = 10


def again(turns: Sequence[Turn], rounds: int, jobs: int, say: Say) -> int:
    """Play them so many rounds; returns how many playings differ from those of the first round."""
    first: list[Played] = []
    different = 0
    for number, played in enumerate(_rounds(turns, rounds, jobs), 1):
        first = first or played
        wrong = list(_differences(turns, first, played, f"in round {number}"))
        different += len(wrong)
        for line in (*wrong, f"round {number} of {rounds}: {len(turns) - len(wrong)} of {len(turns)} as in the first"):
            say(line)
    say(f"{len(turns) * rounds - different} of {len(turns) * rounds} playings are identical")
    return different


def _rounds(turns: Sequence[Turn], rounds: int, jobs: int) -> Iterator[list[Played]]:
    for begun in range(0, rounds, _ROUNDS_OF_A_SET):
        count = min(_ROUNDS_OF_A_SET, rounds - begun)
        with Processes(jobs) as processes:
            played = processes.play([*turns] * count)
            for _ in range(count):
                yield [next(played) for _ in turns]


def at_once(turns: Sequence[Turn], say: Say) -> int:
    """Play all of them at the same time in this process; returns how many differ from being played alone."""
    alone = [play(turn) for turn in turns]
    say(f"{len(turns)} played one by one")
    with Crowd(len(turns)) as crowd:
        together = list(crowd.play(turns))
    wrong = list(_differences(turns, alone, together, "together with others"))
    for line in wrong:
        say(line)
    say(f"{len(turns) - len(wrong)} of {len(turns)} are identical, played with up to {crowd.most} at the same time")
    return len(wrong)


def _differences(turns: Sequence[Turn], first: list[Played], then: list[Played], when: str) -> Iterator[str]:
    for turn, one, other in zip(turns, first, then, strict=True):
        if difference := _first_difference(_told(one), _told(other)):
            yield f"different {when}: {turn.path}, seed {turn.seed}: {difference}"


def _told(played: Played) -> list[str]:
    calls = [f"{count} calls of {service}" for service, count in sorted(played.calls.items())]
    return [*formats.history(played.record), *played.lines, *calls]


def _first_difference(one: list[str], other: list[str]) -> str:
    for number, (before, now) in enumerate(zip_longest(one, other, fillvalue="nothing"), 1):
        if before != now:
            return f"line {number} is {now}; it was {before}"
    return ""
