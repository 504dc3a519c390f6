"""DIFFERENCES.md: every switch stands there with its tests, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from fake_erp import extensions, settings

HERE = Path(__file__).parent
TEXT = (Path(settings.__file__).parent / "DIFFERENCES.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")] for line in TEXT.splitlines() if line.startswith("| ")
]
GUESSES = [row for row in ROWS if len(row) == 4 and row[2] not in ("Switch", "–")]

# What an account is rather than how the ERP is read: no guess lies behind these.
_OF_ACCOUNT = frozenset(
    {"plan", "blocked", "maintenance", "api_access", "token", "id_ecommerce", "latency", "latency_profile"}
    | {"journal_answers", *settings.ADDRESSES}
)
SWITCHES = sorted(settings.CHANGEABLE - _OF_ACCOUNT)


@cache
def sources() -> dict[str, str]:
    """The source of every test of the fake, with its decorators, by name."""
    found = {}
    for path in HERE.glob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                lines = source.splitlines()[
                    min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1 : node.end_lineno
                ]
                found[node.name] = "\n".join(lines)
    return found


def named(cell: str) -> list[str]:
    return re.findall(r"`(test_\w+)`", cell)


def test_every_test_that_is_named_exists():
    assert GUESSES
    assert [name for name in named(TEXT) if name not in sources()] == []
    assert [name for name in re.findall(r"`(test_\w+\.py)`", TEXT) if not (HERE / name).is_file()] == []


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_stands_there_with_tests_that_use_it(switch: str):
    rows = [row for row in GUESSES if f"`{switch}`" in row[2]]
    assert rows, f"{switch} is in no row of DIFFERENCES.md"
    used = [name for row in rows for name in named(row[3]) if re.search(rf"\b{switch}\b", sources()[name])]
    files = [path for row in rows for path in re.findall(r"`(test_\w+\.py)`", row[3])]
    in_files = [path for path in files if re.search(rf"\b{switch}\b", (HERE / path).read_text(encoding="utf-8"))]
    assert used or in_files, f"none of the tests named for {switch} uses it"


def test_every_switch_that_is_named_is_one():
    words = {word for row in GUESSES for word in re.findall(r"`([a-z_]+)`", row[2])}
    known = settings.CHANGEABLE | {"probe", "write_lands_late"} | {"aprovado", "faturado", "enviado", "never"}
    assert words - known - {"reordered", "duplicated", "late", "burst", "lost_answer", "id_ecommerce"} == set()


def test_unless_told_otherwise_a_world_is_as_the_better_evidence_has_it():
    """Many tests give both positions by name; this holds the one that nobody names."""
    usual = settings.read_settings({"name": "loja"})
    on = {switch for switch in SWITCHES if getattr(usual, switch) is True}
    assert on == {
        *("announce_api_changes", "check_instalments", "kit_parts", "list_variations", "mask_documents", "moods"),
        *("note_moves_order", "notify_before_answer", "product_envelope", "reservation", "send_physical"),
        "unique_codes",
    }
    others = {switch: getattr(usual, switch) for switch in SWITCHES if not isinstance(getattr(usual, switch), bool)}
    assert others == {
        "call_profile": "calm",
        "delivery_profile": "in_order",
        "deliveries_at_once": 8,
        "depot": "",
        "extensions": tuple(extensions.NAMES),
        "most_records": 0,
        "post_stock_at": "faturado",
        "smtp": "",
        "storage_records": 0,
        "unique_contact_key": "codigo",
        "webhook_dialect": "json",
    }
