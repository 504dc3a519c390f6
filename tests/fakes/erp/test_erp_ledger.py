"""The ledger of evidence: every service is replayed, and a field that is taken away turns its row red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fake_erp.evidence.comparing import differences
from fake_erp.evidence.replay import documented, replay_all
from fake_erp.services import SERVICES

ROOT = Path(__file__).parents[3]


def test_what_is_documented_is_what_is_served():
    assert set(documented()["services"]) == set(SERVICES)


async def test_every_service_answers_as_documented_and_refuses_as_documented():
    rows = await replay_all()
    assert [row.service for row in rows] == list(SERVICES)
    wrong = {row.service: [*row.documented, *row.refused_wrong, *row.recorded_wrong] for row in rows if not row.sound}
    assert wrong == {}
    assert sum(row.recorded for row in rows) >= 11


def test_a_field_that_is_taken_away_turns_its_row_red(tmp_path: Path) -> None:
    for part in ("fake_erp", "schemas", "scenarios"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    service = tmp_path / "fake_erp" / "services" / "structure.py"
    broken = service.read_text().replace('"quantidade": quantity,', "").replace(", quantidade=DECIMAL", "")
    service.write_text(broken)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-m", "fake_erp", "ledger"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert told.returncode == 1
    [red] = [line for line in told.stdout.splitlines() if "RED" in line]
    assert red.startswith("produto.obter.estrutura.php")
    assert "/produto/estrutura/0/item/quantidade: missing" in told.stdout
    assert "1 of 54 services answer otherwise: produto.obter.estrutura.php" in told.stderr


@pytest.mark.parametrize(
    ("expected", "given", "told"),
    [
        ({"a": 1}, {}, ["/a: missing"]),
        ({"a": {"b": "x"}}, {"a": {"b": []}}, ["/a/b: expected a value, found a list"]),
        ({"a": "5.25"}, {"a": "caro"}, ["/a: expected a number, found a text"]),
        ({"a": [{"b": 1}]}, {"a": []}, ["/a: expected 1 elements, found 0"]),
        ({"a": [{"b": 1}]}, {"a": {"b": 2}}, []),
        ({"a": {"b": 1}}, {"a": [{"b": "2"}]}, []),
        ({"a": {"b": 1}}, {"a": "x"}, ["/a: expected an object, found a text"]),
        ({"a": 3}, {"a": "7"}, []),
        ({"a": ""}, {"a": None}, []),
        ({"a": True}, {"a": "x"}, ["/a: expected true or false, found a text"]),
        ({"a": []}, {"a": ""}, []),
        ({"a": []}, {"a": "x"}, ["/a: expected a list"]),
    ],
)
def test_structures_are_compared_and_values_are_not(expected: Any, given: Any, told: list[str]) -> None:
    assert differences(expected, given) == told


ANSWER = '{"retorno":{"status":"OK","conta":{"planeta":"Terra"}}}'
CASSETTE = f"""
version: 1
interactions:
- request:
    method: POST
    uri: https://api.example/api2/info.php
    body: token=MEU-TOKEN-SECRETO&formato=json
  response:
    body:
      string: '{ANSWER}'
"""


def _ledger(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fake_erp", "ledger", *options], cwd=ROOT, capture_output=True, text=True
    )


def test_a_users_own_recordings_are_compared_and_their_token_stays_unseen(tmp_path: Path) -> None:
    (tmp_path / "minha.yaml").write_text(CASSETTE)
    told = _ledger("--recordings", str(tmp_path))
    assert told.returncode == 1
    assert "minha.yaml #1: /conta/planeta: missing" in told.stdout
    assert "MEU-TOKEN-SECRETO" not in told.stdout + told.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: [", "no readable YAML"),
        ("a: 1", "no list 'interactions'"),
        ("interactions: [{request: {}}]", "interaction 1 has no request or no response"),
        ("interactions: [{request: {uri: 'https://x.example/'}, response: {}}]", "no service of the API"),
        (
            "interactions: [{request: {uri: 'https://x/api2/info.php'}, response: {body: {string: x}}}]",
            "no JSON",
        ),
    ],
)
def test_a_file_that_is_no_cassette_is_explained(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "fita.yaml").write_text(content)
    answer = _ledger("--recordings", str(tmp_path))
    assert answer.returncode == 1 and told in answer.stderr and "Traceback" not in answer.stderr


def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    answer = _ledger("--recordings", str(tmp_path / "nada"))
    assert answer.returncode == 1 and "no such folder" in answer.stderr


def test_the_page_is_written_with_what_stories_call(tmp_path: Path) -> None:
    (tmp_path / "calls.json").write_text('{"info.php": 3}')
    answer = _ledger("--driven", str(tmp_path / "calls.json"), "--page", str(tmp_path / "page.md"))
    assert answer.returncode == 0
    [line] = [each for each in (tmp_path / "page.md").read_text().splitlines() if each.startswith("| info.php")]
    assert line.split(" | ")[5] == "3"
