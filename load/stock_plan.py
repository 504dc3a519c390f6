"""What a run is about: where messages go, whose they are and which products they name. Read before the first one.

Load stays on this machine, and what is wrong is said before anything is sent. No text quotes an address: the stock
door's is a secret.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import ProxyHandler, build_opener

DOOR_VARIABLE = "CONNECTOR_STOCK_DOOR"
DOOR_EXAMPLE = "http://127.0.0.1:PORT/erp/estoque/SECRET"
WORLD_EXAMPLE = "http://127.0.0.1:PORT/__fake__/worlds/empresa"
_FILE_EXAMPLE = '[{"id": 700200, "code": "4711"}, {"id": 700101, "code": "CAM-001-AZ-M", "balance": 12}]'

_DOOR_ANSWERS_WITHIN = 15.0


class Mistake(Exception):
    """The run was asked for wrongly: the text says what, where, and what to do. It never quotes an address."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product or variation that messages are about. Without a balance each message makes one up."""

    id: int | str
    code: str
    balance: int | float | str | None = None


@dataclass(frozen=True, kw_only=True)
class Company:
    """Whose messages these are: what stands in each envelope. `kind` is F (physical) or D (available)."""

    cnpj: str
    integrator_id: int
    kind: str = "F"
    reserves: bool = False

    def balance(self, level: dict[str, Any]) -> str:
        """The balance that the ERP tells of a level (erp-stock-webhook §2.2)."""
        reserved = level["saldoReservado"] if self.kind == "D" and self.reserves else 0
        return str(Decimal(level["saldo"]) - Decimal(reserved))

    def message(self, product: Product, balance: int | float | str) -> dict[str, Any]:
        """One stock message (erp-stock-webhook §2.3). No mapping is named: the connector goes by the code."""
        content = {
            "tipoEstoque": self.kind,
            "saldo": balance,
            "idProduto": product.id,
            "sku": product.code,
            "skuMapeamento": "",
            "skuMapeamentoPai": "",
        }
        envelope = {"cnpj": self.cnpj, "idEcommerce": self.integrator_id, "tipo": "estoque", "versao": "1.0.0"}
        return {**envelope, "dados": content}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What all users of a run share. `world` is the fake ERP's control door if stock is to be moved."""

    door: str = field(repr=False)
    company: Company
    products: list[Product]
    world: str | None
    seed: int


def read_plan(options: Any) -> Plan:
    """The run as asked for by environment and options. Raises Mistake."""
    if not options.headless:
        raise Mistake("this file runs without Locust's web page: add --headless.")
    if options.master or options.worker:
        raise Mistake("this file counts in one process: leave out --processes, --master and --worker.")
    if options.host:
        raise Mistake(f"the address comes from {DOOR_VARIABLE} alone: leave out --host and LOCUST_HOST.")
    door = os.environ.get(DOOR_VARIABLE, "").strip()
    if not door:
        raise Mistake(
            f"{DOOR_VARIABLE} is not set. Set it to the address that the connector's page shows as "
            f'"Endereço do webhook de estoque", such as {DOOR_EXAMPLE}.'
        )
    if not _on_this_machine(door, DOOR_VARIABLE, DOOR_EXAMPLE).path.strip("/"):
        raise Mistake(f"{DOOR_VARIABLE} has no path: copy the whole address, such as {DOOR_EXAMPLE}.")
    if bool(options.erp_door) == bool(options.products):
        raise Mistake("give either --erp-door or --products: they say which products the messages are about.")
    company, products = _from_world(options) if options.erp_door else _from_file(options)
    if not products:
        where = "the world behind --erp-door" if options.erp_door else options.products
        raise Mistake(f"{where} has no product to send messages about: at least one is needed.")
    world = options.erp_door.rstrip("/") if options.move else None
    return Plan(door=door, company=company, products=products, world=world, seed=options.seed)


def _on_this_machine(address: str, what: str, example: str) -> SplitResult:
    """An address taken apart. Raises Mistake unless it is one and cannot lead to another machine."""
    try:
        parts = urlsplit(address)
        # Reading the port is what checks it.
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    # A name and password before the host could make one host look like another.
    if not is_address or "@" in parts.netloc or not address.isascii() or not address.isprintable() or " " in address:
        raise Mistake(f"{what} is not an address such as {example}: copy it again, from http to its end.")
    try:
        is_here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise Mistake(f"{what} leads to another machine. Load goes to 127.0.0.1, ::1 or localhost only: use {example}.")
    return parts


def _from_world(options: Any) -> tuple[Company, list[Product]]:
    """The company and what it sells, with the balances it has now, from the fake ERP's control door."""
    if options.company or options.integrator_id is not None:
        raise Mistake("--company and --integrator-id belong to --products: the world behind --erp-door knows both.")
    address = options.erp_door.rstrip("/")
    _on_this_machine(address, "--erp-door", WORLD_EXAMPLE)
    world, records = _ask(address), []
    try:
        if world["depot"]:
            raise Mistake("the world behind --erp-door tells one depot's balance: set its depot to '' for this load.")
        kind = "F" if world["send_physical"] else "D"
        company = Company(
            cnpj=world["cnpj"], integrator_id=world["id_ecommerce"], kind=kind, reserves=world["reservation"]
        )
        while page := _ask(f"{address}/products?offset={len(records)}&limit=500")["products"]:
            records += page
        # What is not active is in no shop; of a product with variations the ERP tells each variation (§2.1).
        sold = [one for record in records if record["situacao"] == "A" for one in record["variacoes"] or [record]]
        return company, [Product(id=p["id"], code=p["codigo"], balance=company.balance(p)) for p in sold]
    except (KeyError, TypeError):
        raise Mistake(f"--erp-door is no world of a fake ERP: give one such as {WORLD_EXAMPLE}.") from None


def _ask(address: str) -> Any:
    hint = f"is the fake ERP running, and is this a world of its control door, such as {WORLD_EXAMPLE}?"
    try:
        # No proxy, whatever the environment says: this machine is meant.
        with build_opener(ProxyHandler({})).open(address, timeout=_DOOR_ANSWERS_WITHIN) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise Mistake(f"--erp-door answered {error.code}: {hint}") from None
    except (OSError, HTTPException, ValueError):
        raise Mistake(f"--erp-door does not answer as a control door does: {hint}") from None


def _from_file(options: Any) -> tuple[Company, list[Product]]:
    """The company from the options, the products from a file."""
    if options.move:
        raise Mistake("--move needs --erp-door: only a fake ERP's stock can be moved.")
    if not options.company or options.integrator_id is None:
        # The connector keeps the number of the first message that it sees and refuses others: none is made up here.
        raise Mistake("--products needs --company and --integrator-id: without them every message is a stranger's.")
    try:
        entries = json.loads(Path(options.products).read_text(encoding="utf-8"))
    except OSError as error:
        raise Mistake(f"{options.products} cannot be read ({error.strerror}): check the path of --products.") from None
    except ValueError as error:
        raise Mistake(f"{options.products} is no JSON in UTF-8 ({error}): correct it.") from None
    if not isinstance(entries, list):
        raise Mistake(f"{options.products} must hold a list such as {_FILE_EXAMPLE}")
    products = [_product(entry, f"{options.products}, entry {place}") for place, entry in enumerate(entries, start=1)]
    return Company(cnpj=options.company, integrator_id=options.integrator_id), products


def _product(entry: Any, where: str) -> Product:
    wrong = ""
    if not isinstance(entry, dict) or not {"id", "code"} <= set(entry) <= {"id", "code", "balance"}:
        wrong = 'an entry is an object with "id", "code" and, if you like, "balance"'
    elif isinstance(entry["id"], bool) or not str(entry["id"]).isdecimal():
        wrong = '"id" is the product\'s whole number in the ERP'
    elif not isinstance(entry["code"], str):
        wrong = '"code" is a text in quotes'
    elif entry.get("balance") is not None and not _is_decimal(entry["balance"]):
        wrong = '"balance" is a number'
    if wrong:
        raise Mistake(f"{where}: {wrong}. Correct it; an example: {_FILE_EXAMPLE}")
    return Product(**entry)


def _is_decimal(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False
