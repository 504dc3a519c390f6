"""The four secrets of decisions §18 in every artifact: log, database, journal, page, the demo's output.

The secrets are taken from the connector's own database with its key, so that nothing has to be guessed.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import sqlalchemy as sa

from connector.store import stores
from connector.store.engine import make_engine
from connector.vault import Vault
from scenarios.runner import upstream
from scenarios.runner.separate import SeparateStage

_FIRST_PORT = 21_100


def secrets_of(database: Path, key: str) -> dict[str, str]:
    """The ERP token, the Webstore bearer, the webhook secret and the door's secret of the one store there is."""
    vault, engine = Vault([key]), make_engine(f"sqlite:///{database}", writes=False)
    try:
        with engine.connect() as c:
            (store,) = stores.everyone(c)
    finally:
        engine.dispose()
    assert store.erp_token is not None and store.subscription_secret is not None
    return {
        "ERP token": vault.open(store.erp_token),
        "Webstore bearer": vault.open(store.bearer),
        "webhook secret": vault.open(store.subscription_secret),
        "door address": vault.open(store.door),
    }


def found(secrets: dict[str, str], artifacts: Iterable[tuple[str, bytes]]) -> list[str]:
    """`<secret> in <artifact>` for each place where one stands, in clear or encoded for an address."""
    return [
        f"{name} in {where}"
        for where, content in artifacts
        for name, secret in secrets.items()
        if any(form.encode() in content for form in {secret, quote(secret, safe=""), quote_plus(secret)})
    ]


def files(folder: Path) -> list[tuple[str, bytes]]:
    """Every file below a folder."""
    return [(path.name, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("place", ["log", "address"])
def test_the_search_finds_a_secret_that_was_let_slip(place: str) -> None:
    content = b'{"token": "a+b/c"}' if place == "log" else b"GET /api2/info.php?token=a%2Bb%2Fc"
    assert found({"ERP token": "a+b/c"}, [("x.log", content)]) == ["ERP token in x.log"]


async def test_a_store_with_trouble_leaves_its_secrets_nowhere(tmp_path: Path) -> None:
    stage = SeparateStage(tmp_path, rate=40)
    try:
        await stage.open(erp={"products": 8, "plan": "potencializar"})
        for call in ("info.php", "produto.obter.php", "produto.obter.estoque.php"):
            for what in ("html_502", "cut", "unexpected"):
                await stage.erp_door.send("POST", "/faults", {"call": call, "what": what})
        for call in ("PUT /products/by-code/{code}", "PATCH /apps/erp/settings", "POST /webhooks"):
            for what in ("html_502", "cut", "rate_limited"):
                await stage.shop_door.send("POST", "/faults", {"call": call, "what": what})
        merchant = await stage.connect()
        await stage.until_catalogue(seconds=20_000)
        pages = await _pages(stage, merchant)
        await stage.stop_connector()
        secrets = secrets_of(tmp_path / "connector.sqlite3", stage.key)
        assert secrets["ERP token"] == stage.erp.token

        artifacts = [*files(tmp_path), *_journals(stage)]
        assert len(artifacts) >= 4 and all(content for _, content in artifacts if not _.endswith("-wal"))
        assert found(secrets, artifacts) == []
        # The merchant has to copy the door's address from these pages; nothing else may stand there.
        door = secrets.pop("door address")
        assert found(secrets, pages) == []
        assert any(door.encode() in content for _, content in pages)
    finally:
        await stage.close()


async def _pages(stage: SeparateStage, merchant) -> list[tuple[str, bytes]]:  # type: ignore[no-untyped-def]
    panel = f"{stage.shop_url}/painel/{stage.store_id()}"
    pages = []
    for address in (f"{panel}/aplicativos", f"{panel}/aplicativos/erp/configurar", f"{panel}/produtos"):
        await merchant.go(address)
        pages.append((address, merchant.page.encode()))
    await merchant.open_connector()
    pages.append(("connector page", merchant.page.encode()))
    for path in ("/metrics", "/health"):
        async with stage.http.get(stage.url + path) as answer:
            pages.append((path, await answer.read()))
    return pages


def _journals(stage: SeparateStage) -> list[tuple[str, bytes]]:
    return [
        ("journal of the fake ERP", json.dumps(list(stage.erp.journal)).encode()),
        ("root journal of the fake ERP", json.dumps([*stage.fake_erp.journal, "end"]).encode()),
        ("journal of the fake Webstore", json.dumps(list(stage.shop.journal)).encode()),
    ]


async def test_the_demo_ends_well_writes_nothing_upstream_and_leaves_its_secrets_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", "demo", "--exit", "--folder", str(folder)),
        *("--products", "24", "--rate", "60", "--port", str(_FIRST_PORT)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, output.decode()
    assert "everything equal" in output.decode()
    (told,) = re.findall(r"ERP calls by service: (.*)", output.decode())
    calls = {name: int(count) for name, count in (each.split() for each in told.split(", "))}
    assert calls["pedido.incluir.php"] > 0
    assert upstream.forbidden_services(calls) == []
    key = folder / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    secrets = secrets_of(folder / "connector.sqlite3", key.read_text().strip())
    assert found(secrets, [*files(folder), ("output", output)]) == []


def test_the_tables_hold_no_column_for_a_secret_in_clear() -> None:
    from connector.store.tables import metadata

    named = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns}
    sealed = {"store.bearer", "store.erp_token", "store.subscription_secret", "store.door"}
    marks = {"store.erp_token_mark", "store.door_mark", "store.door_previous_mark", "store.door_previous_until"}
    # What work, alarms and differences are about, and the number that an invoice bears for everybody to see.
    names = {"work.key", "alarm.key", "drift.key", "sale.invoice_key"}
    suspicious = {name for name in named if any(word in name for word in ("token", "secret", "bearer", "door", "key"))}
    assert suspicious == sealed | marks | names
    assert isinstance(metadata.tables["store"].c.bearer.type, sa.Text)
