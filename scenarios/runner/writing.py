"""Story files that a program writes: the header for editors, remarks, and the steps in the style of the others."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

import schemas
from scenarios.runner.scene import Document


@dataclass(frozen=True)
class Line:
    """A step with the remarks that stand before it."""

    step: Document
    remarks: tuple[str, ...] = ()


def text_of(
    path: Path, remarks: Iterable[str], head: Document, lines: Sequence[Line], after: Sequence[str] = ()
) -> str:
    """The text of a story file that is to stand at `path`; `after` are remarks behind the last step."""
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    yaml.dump(_document(head, lines), written)
    begins = [f"yaml-language-server: $schema={_schema_from(path)}", *remarks]
    ends = "".join(f"  # {remark}\n" for remark in after)
    return "".join(f"# {' '.join(line.split())}\n" for line in begins) + written.getvalue() + ends


def _document(head: Document, lines: Sequence[Line]) -> CommentedMap:
    steps = CommentedSeq([CommentedMap(line.step) for line in lines])
    for number, line in enumerate(lines):
        if line.remarks:
            steps.yaml_set_comment_before_after_key(number, before="\n".join(line.remarks), indent=2)
    return CommentedMap({**head, "steps": steps})


def _schema_from(path: Path) -> str:
    return Path(os.path.relpath(schemas.ROOT / "story.json", path.absolute().parent)).as_posix()
