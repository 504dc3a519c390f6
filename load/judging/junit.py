"""The outcome as JUnit's XML: a case for each gate, one for the accounting, one for the load itself."""

from __future__ import annotations

from xml.etree import ElementTree

from load.budgets import OF_GENERATOR
from load.judging.gates import Verdict
from load.judging.outcome import Outcome

_SUITE = "stock webhooks"


def render(outcome: Outcome) -> bytes:
    """The document. What was not measured is skipped; an unknown verdict is an error and no failure."""
    suite = ElementTree.Element("testsuite", name=_SUITE, time=f"{outcome.run['lasted']:.3f}")
    case = _case(suite, "every accepted message accounted for")
    if outcome.bad:
        _say(case, "failure", f"{len(outcome.bad)} lost, doubled or wrong", outcome.named)
    case = _case(suite, "the load was played as planned")
    if outcome.spoilt:
        _say(case, "error", "; ".join(outcome.spoilt), [])
    for gate in outcome.gates:
        case = _case(suite, gate.name)
        if gate.holds is None:
            _say(case, "skipped", gate.told, [])
        elif not gate.holds:
            kind = "error" if gate.name in OF_GENERATOR else "failure"
            _say(case, kind, gate.told, [])
    return _document(suite, outcome.summary(), outcome.verdict)


def not_judged(why: str) -> bytes:
    """The document of a run of which nothing can be said: one case, an error."""
    suite = ElementTree.Element("testsuite", name=_SUITE)
    _say(_case(suite, "every accepted message accounted for"), "error", f"not judged: {why}", [])
    return _document(suite, f"Not judged: {why}", Verdict.UNKNOWN)


def _document(suite: ElementTree.Element, told: str, verdict: Verdict) -> bytes:
    for kind in ("failure", "error", "skipped"):
        suite.set({"failure": "failures", "error": "errors"}.get(kind, kind), str(len(suite.findall(f".//{kind}"))))
    suite.set("tests", str(len(suite)))
    ElementTree.SubElement(suite, "system-out").text = _clean(told)
    if verdict is Verdict.UNKNOWN:
        suite.set("verdict", "unknown")
    document: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document


def _case(suite: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_SUITE, name=name)


def _say(case: ElementTree.Element, kind: str, message: str, lines: list[str]) -> None:
    ElementTree.SubElement(case, kind, message=_clean(message)).text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    """Without the signs that XML has no way to write."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")
