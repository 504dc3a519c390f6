"""Records in the forms that other programs read: JUnit, TAP, annotations of GitHub, JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from xml.etree import ElementTree

from scenarios.runner.record import Record, Shown, Verdict


def junit(records: Sequence[Record]) -> str:
    """JUnit XML: a suite for each story, a case for each step and invariant; an unknown verdict is an error."""
    root = ElementTree.Element("testsuites", name="scenarios")
    for record in records:
        suite = ElementTree.SubElement(root, "testsuite", name=_plain(record.title), file=str(record.path))
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for number, shown in enumerate(record.shown, 1):
            case = _case(suite, record, f"{number:03} {shown.name}")
            counts["tests"] += 1
            if not shown.is_well:
                counts["failures"] += 1
                broken = ElementTree.SubElement(case, "failure", message=_plain(": ".join(shown.wrong[:2])))
                broken.text = _plain("\n".join((*shown.wrong, f"see it again: {record.command}")))
        for left_out in record.unchecked:
            counts["tests"] += 1
            counts["skipped"] += 1
            case = _case(suite, record, left_out.name + (f" (line {left_out.line})" if left_out.line else ""))
            ElementTree.SubElement(case, "skipped", message=_plain(left_out.why))
        if record.verdict in (Verdict.UNKNOWN, Verdict.SKIPPED) or (
            record.verdict is Verdict.FAIL and not counts["failures"]
        ):
            kind, count = _OTHERWISE[record.verdict]
            counts["tests"] += 1
            counts[count] += 1
            case = _case(suite, record, "verdict")
            ElementTree.SubElement(case, kind, message=_plain(record.why)).text = _plain(record.command)
        for name, value in counts.items():
            suite.set(name, str(value))
        suite.set("time", f"{record.real_s:.3f}")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


_OTHERWISE = {
    Verdict.UNKNOWN: ("error", "errors"),
    Verdict.FAIL: ("failure", "failures"),
    Verdict.SKIPPED: ("skipped", "skipped"),
}


def _case(suite: ElementTree.Element, record: Record, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=record.path.stem, name=_plain(name))


def _plain(text: str) -> str:
    """XML knows no control characters."""
    return "".join(letter for letter in text if letter in "\n\t" or ord(letter) >= 32)


def tap(records: Sequence[Record]) -> str:
    """TAP 14: a line for each story, its steps and invariants as a subtest."""
    lines = ["TAP version 14", f"1..{len(records)}"]
    for number, record in enumerate(records, 1):
        lines.append(f"# Subtest: {_of_tap(record.title)}")
        lines.append(f"    1..{len(record.shown) + len(record.unchecked)}")
        for place, shown in enumerate(record.shown, 1):
            lines.append(f"    {'ok' if shown.is_well else 'not ok'} {place} - {_of_tap(shown.name)}")
            lines += [f"    # {_of_tap(line)}" for line in shown.wrong]
        for place, left_out in enumerate(record.unchecked, len(record.shown) + 1):
            lines.append(f"    ok {place} - {_of_tap(left_out.name)} # SKIP {_of_tap(left_out.why)}")
        is_well = record.verdict in (Verdict.PASS, Verdict.SKIPPED)
        skipped = f" # SKIP {_of_tap(record.why)}" if record.verdict is Verdict.SKIPPED else ""
        lines.append(f"{'ok' if is_well else 'not ok'} {number} - {_of_tap(record.title)}{skipped}")
        if not is_well:
            lines.append(f"# {record.verdict.name.lower()}: {_of_tap(record.why or 'see above')}")
            lines.append(f"# see it again: {record.command}")
    return "\n".join(lines) + "\n"


def _of_tap(text: str) -> str:
    return text.replace("\\", "\\\\").replace("#", "\\#").replace("\n", " ")


def github(records: Iterable[Record]) -> Iterator[str]:
    """Commands by which GitHub shows a problem at its line of the story's file."""
    for record in records:
        if record.verdict in (Verdict.PASS, Verdict.SKIPPED):
            continue
        broken = [shown for shown in record.shown if not shown.is_well] or [_verdict(record)]
        for shown in broken:
            line = f",line={shown.line}" if shown.line.isdigit() else ""
            told = "\n".join((*shown.wrong, f"see it again: {record.command}"))
            yield f"::error file={_property(str(record.path))}{line},title={_property(shown.name)}::{_message(told)}"


def _verdict(record: Record) -> Shown:
    return Shown(at=record.clock_s, line="", name=record.verdict.name.lower(), told="", wrong=(record.why,))


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def history(record: Record) -> Iterator[str]:
    """JSON lines, the same in every run with the same seed: nothing of the wall's time is in them."""
    head = {"story": record.title, "path": str(record.path), "seed": record.seed}
    yield json.dumps(head, ensure_ascii=False, sort_keys=True)
    for shown in record.shown:
        line = {"at": round(shown.at, 3), "line": shown.line, "what": shown.name, "told": shown.told}
        yield json.dumps({**line, "wrong": list(shown.wrong)}, ensure_ascii=False, sort_keys=True)
    for left_out in record.unchecked:
        line = {"line": left_out.line, "what": left_out.name, "left_out": left_out.why}
        yield json.dumps(line, ensure_ascii=False, sort_keys=True)
    for tally in record.tallies:
        yield json.dumps({"tally": asdict(tally)}, ensure_ascii=False, sort_keys=True)
    end = {"verdict": record.verdict.name.lower(), "why": record.why, "clock_s": round(record.clock_s, 3)}
    yield json.dumps(end, ensure_ascii=False, sort_keys=True)
