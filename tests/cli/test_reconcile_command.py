"""`connector reconcile`, `drift` and `repair`, by themselves and without a `connector serve` beside them."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenarios.runner.stage import Stage
from tests.flows.trade import NONE, connected


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("command", "status", "sentence"),
    [
        (["reconcile", "7"], 1, "store 7: it is not connected"),
        (["drift", "9"], 1, "there is no store 9 here"),
        (["drift", "7", "--csv", "nowhere/drift.csv"], 1, "cannot write nowhere/drift.csv: No such file or directory"),
        (["repair", "7", "--winner", "erp"], 2, "say which: --id, --kind, --code, or --all by itself"),
        (["repair", "7", "--winner", "erp", "--all", "--id", "1"], 2, "say which"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(connector, good, command, status, sentence):
    ended = connector(*command, **good)
    assert (ended.returncode, sentence in ended.stderr) == (status, True), ended.stderr
    assert len(ended.stderr.splitlines()) == 1


async def _run(stage: Stage, *command: str) -> str:
    """The command's output; it must end well."""
    settings = {
        "PUBLIC_URL": stage.url,
        "WEBSTORE_URL": stage.shop_url,
        "APP_ID": str(stage.shop.app.app_id),
        "APP_SECRET": stage.shop.app.client_secret,
        "KEYS": stage.key,
        "DATABASE_URL": stage.database_url,
        "ERP_URL": stage.erp_url,
    }
    variables = {f"CONNECTOR_{name}": value for name, value in settings.items()}
    ended = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", *command),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "300", **variables},
        cwd=stage.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await ended.communicate()
    assert ended.returncode == 0, told.decode()
    return told.decode()


def test_a_comparison_is_worked_off_by_the_command_itself(play: Callable[..., None]) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = next(p for p in await stage.erp_products() if p["situacao"] == "A")
        there: dict[str, Any] = next(p for p in await stage.shop_products() if p["code"] == product["codigo"].strip())
        await stage.stop_connector()
        values = {"name": "=HYPERLINK(1)", "price": "1.23"}
        await stage.shop_door.send("PATCH", f"/stores/{stage.store_id()}/products/{there['id']}", values)
        store = str(stage.store_id())
        told = await _run(stage, "reconcile", store, "--calls", "50", "--only", "fields")
        assert "2 open: fields, edited_in_shop" in told
        assert "edited_in_shop" in await _run(stage, "drift", store)
        await _run(stage, "drift", store, "--csv", "drift.csv", "--kind", "fields")
        rows = list(csv.reader((stage.folder / "drift.csv").open(encoding="utf-8")))
        assert {row[3]: row[5] for row in rows[1:]} == {"name": "'=HYPERLINK(1)", "price": "1.23"}
        dry = await _run(stage, "repair", store, "--all", "--winner", "erp", "--dry-run")
        assert "2 difference(s), 2 repaired (dry run)" in dry
        done = await _run(stage, "repair", store, "--kind", "fields", "--code", there["code"], "--winner", "erp")
        assert "read in the ERP and written to the shop" in done
        await stage.start_connector()

        async def is_back() -> bool:
            shown = next(p for p in await stage.shop_products() if p["id"] == there["id"])
            return bool(shown["price"] == there["price"] and shown["name"] == there["name"])

        await stage.until(is_back, "the ERP's values are back", seconds=60)
        assert "no difference is open" in await _run(stage, "drift", store)

    play(story, virtual=False, erp={"products": 3, "variations_share": 0.0, "plan": "potencializar"})
