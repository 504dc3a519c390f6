"""Which stories to play again when somebody saves a file: the story itself, one that it includes, or one of its hooks.

The files are looked at twice a second: they are few, and so it works on shared folders too, which tell of no changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scenarios.runner import weaving

_WAIT = 0.5
# When and how long each file of a story was when it was last looked at; None for one that is not there.
_State = dict[Path, tuple[int, int] | None]


def changes(find: Callable[[], Sequence[Path]]) -> Iterator[list[Path]]:
    """The story files of which something was saved, again and again without end; at first all that are found."""
    seen: dict[Path, _State] = {}
    while True:
        found = find()
        changed = [path for path in found if path not in seen or _state(seen[path]) != seen[path]]
        # What is looked at before the playing is seen again if it is saved during it.
        seen = {path: _state(_files(path)) if path in changed else seen[path] for path in found}
        if changed:
            yield changed
        time.sleep(_WAIT)


def _state(files: Iterator[Path] | _State) -> _State:
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _files(path: Path) -> Iterator[Path]:
    """The files that a story is made of."""
    yield path
    try:
        woven = weaving.weave(path)
    except OSError:
        return
    for one in woven:
        yield from {Path(place.file) for place in one.source.values.values() if place.file}
        steps = one.source.value.get("steps") if isinstance(one.source.value, dict) else None
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and "hook" in step:
                yield path.parent / str(step.get("function", "")).partition(":")[0]
