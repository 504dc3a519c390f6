"""Records as one HTML page: markup, style and program from the files beside this one, and the data as JSON.

The data of the marks is read when the page opens. The entries of the journals stand in parts of their own, which are
read when one of their calls is looked at: so the page opens quickly however much has happened.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from scenarios.runner.record import Evidence, Record, Shown, Verdict
from scenarios.runner.report.events import LANES, Event, bands, events
from scenarios.runner.report.freshness import freshness

# Entries in one part.
PART = 200
_PERCENTILES = (50, 95, 99)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{script_hash}'; \
style-src 'unsafe-inline'">
<title>Stories</title>
<style>{style}</style>
</head>
<body>
{body}
{data}
<script>{script}</script>
</body>
</html>
"""


def page(records: Sequence[Record]) -> str:
    """The whole page."""
    script = _file("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _PAGE.format(
        script_hash=f"sha256-{digest}",
        style=_file("report.css"),
        body=_file("report.html"),
        data="\n".join(_data(records)),
        script=script,
    )


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _data(records: Sequence[Record]) -> Iterator[str]:
    stories = []
    for place, record in enumerate(records):
        marks = events(record.evidence) if record.evidence else []
        stories.append(_story(record, marks))
        for part, some in enumerate(_parts(marks)):
            entries = [{"source": event.source, "entry": event.entry} for event in some]
            yield _script(f"part-{place}-{part}", entries)
    yield _script("run", {"lanes": LANES, "part": PART, "stories": stories})


def _parts(marks: list[Event]) -> Iterator[list[Event]]:
    return (marks[start : start + PART] for start in range(0, len(marks), PART))


def _script(name: str, value: Any) -> str:
    """JSON that no text in it can end early: HTML looks for `</script` and `<!--` whatever the type."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    # Half a surrogate pair is no letter of UTF-8.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _story(record: Record, marks: list[Event]) -> dict[str, Any]:
    shown = [_shown(one) for one in record.shown]
    return {
        "title": record.title,
        "path": str(record.path),
        "seed": record.seed,
        "command": record.command,
        "verdict": record.verdict.name.lower(),
        "is_bad": record.verdict in (Verdict.FAIL, Verdict.UNKNOWN),
        "why": record.why,
        "clock_s": round(record.clock_s, 3),
        "real_s": round(record.real_s, 3),
        "shown": shown,
        **_marks(marks),
        **(_evidence(record.evidence) if record.evidence else {"began": None, "bands": [], "gaps": {}, "fresh": None}),
    }


def _shown(shown: Shown) -> dict[str, Any]:
    actor = shown.name.partition(":")[0]
    return {
        "at": round(shown.at, 3),
        "line": shown.line,
        "lane": LANES.index(actor if shown.line and actor in LANES else "story"),
        "name": shown.name,
        "told": shown.told,
        "wrong": shown.wrong,
    }


def _marks(marks: list[Event]) -> dict[str, Any]:
    """Columns instead of rows, and each text once: a hundred thousand of them stay small. Times in milliseconds."""
    numbers: dict[str, int] = {}

    def number(text: str) -> int:
        return numbers.setdefault(text, len(numbers))

    columns = {
        "at": [round(event.at * 1000) for event in marks],
        "took": [round((event.to - event.at) * 1000) for event in marks],
        "lane": [event.lane for event in marks],
        "state": [event.state for event in marks],
        "name": [number(event.name) for event in marks],
        "told": [number(event.told) for event in marks],
    }
    return {"events": columns, "texts": list(numbers)}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    fresh = freshness(evidence)
    told = {f"p{share}": fresh.percentile(share) for share in _PERCENTILES}
    gaps = sorted(evidence.gaps, key=lambda gap: gap.shop)
    return {
        "began": evidence.began.isoformat(),
        "bands": [[band.since, band.to, band.lane, band.told] for band in bands(evidence)],
        "gaps": {
            shop: [[gap.at, gap.stock, gap.orders] for gap in own]
            for shop, own in itertools.groupby(gaps, key=lambda gap: gap.shop)
        },
        "fresh": {"count": len(fresh.seconds), "overtaken": fresh.overtaken, "unseen": fresh.unseen, **told},
    }
