"""docs/PERFORMANCE.md, rendered from results alone: the same results make the same page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.performance.about_messages import ACCOUNTS, DRAIN, RECEIVE, SUSTAINED
from scenarios.performance.about_the_rest import FAKES, QUOTA, SCALE, STORIES
from scenarios.performance.results import Machine, Measured
from scenarios.performance.sentences import median, number
from scenarios.performance.subject import Row, Subject, values

SUBJECTS: dict[str, Subject] = {
    subject.name: subject for subject in (RECEIVE, SUSTAINED, DRAIN, ACCOUNTS, QUOTA, FAKES, STORIES, SCALE)
}

_HEAD = """# Performance

Written by `make performance` from the figures in [performance.json](performance.json); its sentences follow from them.

## Method

Each bench is a process of its own, run several times; one run is a round. A figure is the median of its rounds, with
the lowest and the highest beside it. Ratios are what is meant to be compared: both sides of one were measured in the
same round on the same machine. Absolute figures, in the lower part of each table, are those of that machine and of
nothing else. Other programs on the machine disturb both; where rounds disagree on which side is more, the sentence
says so. Nothing here was measured against the real ERP or a real shop, and nothing over a network. CPU is user and
system time of the processes named.

`make performance ARGS='--only receive,drain --rounds 5'` measures some subjects anew, `ARGS=--quick` tries everything
in a short form whose figures are rough, `ARGS=--page` only writes this page again.
"""
_TRIAL = "**This was a trial in the short form (`--quick`): its figures are rough and are to be measured again.**"


def render(results: Mapping[str, Measured], profile: str | None) -> str:
    """The page; `profile` is the text of another hand that is put behind the subjects as it is."""
    parts = [_HEAD, _machines(results)]
    for name, subject in SUBJECTS.items():
        parts.append(_section(subject, results[name]) if name in results else _missing(subject))
    if profile is not None:
        parts.append(f"## Profile\n\n{profile.strip()}\n")
    return "\n".join(parts)


def _machines(results: Mapping[str, Measured]) -> str:
    """Each machine once, with what was measured on it."""
    where: dict[Machine, list[str]] = {}
    for name, subject in SUBJECTS.items():
        if name in results:
            where.setdefault(results[name].machine, []).append(subject.title)
    lines = ["## The machine", ""]
    if not where:
        lines.append("Nothing was measured yet.")
    for one, titles in where.items():
        facts = (
            f"{one.cores} cores, {one.cpu}, {one.memory_gb:.0f} GB of memory, {one.kernel}, Python {one.python}, "
            f"SQLite {one.sqlite}, PostgreSQL {one.postgres}"
        )
        lines.append(f"- {facts}." if len(where) == 1 else f"- {facts}: {'; '.join(titles)}.")
    return "\n".join([*lines, ""])


def _missing(subject: Subject) -> str:
    return f"## {subject.title}\n\nNot measured yet.\n"


def _section(subject: Subject, measured: Measured) -> str:
    counted = f"{len(measured.rounds)} round{'' if len(measured.rounds) == 1 else 's'}"
    when = f"Measured on {measured.date} at commit {measured.commit}, {counted}."
    lines = [f"## {subject.title}", "", subject.method, "", when]
    if measured.is_quick:
        lines += ["", _TRIAL]
    if said := subject.say(measured):
        lines += ["", *(f"- {sentence}" for sentence in said)]
    lines += ["", *_table(subject.rows, measured), ""]
    return "\n".join(lines)


def _table(rows: Sequence[Row], measured: Measured) -> list[str]:
    lines = ["| Ratio | Median | Lowest to highest | Rounds |", "|---|---:|---:|---:|"]
    shown = [(row, found) for row in rows if (found := values(measured, row.get))]
    lines += [_line(row, found) for row, found in shown if row.is_ratio]
    if absolute := [_line(row, found) for row, found in shown if not row.is_ratio]:
        lines += ["| *of this machine* | | | |", *absolute]
    return lines


def _line(row: Row, found: Sequence[float]) -> str:
    spread = f"{number(min(found))} to {number(max(found))}" if len(found) > 1 else "–"
    return f"| {row.label} | {number(median(found))} | {spread} | {len(found)} |"
