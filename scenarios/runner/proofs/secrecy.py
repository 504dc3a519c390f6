"""No secret in anything that is left behind: journals, the connector's files, what the run itself tells."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from scenarios.runner.proofs.ledgers import Ledgers
from scenarios.runner.record import Record
from scenarios.runner.scene import Look, Scene


async def secrets_told(scene: Scene, ledgers: Ledgers, record: Record) -> Look:
    """Secrets of shop and ERP that stand somewhere in clear, or only written another way."""
    secrets = await _secrets(scene)
    artifacts = {**_journals(scene, ledgers), **_files(scene.theatre.folder), "the record of this run": _told(record)}
    wrong = tuple(f"{name} stands in {where}" for where, text in artifacts.items() for name in _standing(secrets, text))
    return Look(len(secrets), f"{len(secrets)} secrets in {len(artifacts)} artifacts", wrong)


async def _secrets(scene: Scene) -> dict[str, str]:
    account, platform = await scene.erp.get(""), await scene.shop.get("")
    address = (await scene.panel(secrets=True))["stock_webhook_url"]
    known = {
        "the ERP's token": account["token"],
        "the app's secret": platform["client_secret"],
        "the shop's access token": next(s.get("access_token") for s in platform["stores"] if s["id"] == scene.store_id),
        "the address of the ERP's messages": urlsplit(address).path.rpartition("/")[2] if address else None,
    }
    return {name: secret for name, secret in known.items() if secret}


def _journals(scene: Scene, ledgers: Ledgers) -> dict[str, bytes]:
    return {
        "the ERP's journal": _text(ledgers.accounts[scene.account].journal),
        "the ERP's journal of unknown tokens": _text(ledgers.unknown_tokens),
        "the shop's journal": _text(ledgers.platform),
    }


def _text(entries: list[Any]) -> bytes:
    return json.dumps(entries, ensure_ascii=False).encode()


def _files(folder: Path | None) -> dict[str, bytes]:
    """The connector's log and database, where they are files and ours."""
    if folder is None:
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _told(record: Record) -> bytes:
    return "\n".join(line for shown in record.shown for line in (shown.told, *shown.wrong)).encode()


def _standing(secrets: dict[str, str], text: bytes) -> Iterator[str]:
    for name, secret in secrets.items():
        ways = (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode())
        if any(way.encode() in text for way in ways):
            yield name
