"""What a run is against: where messages go, whose they are and which products they name. Read before the first one.

Load stays on this machine unless the host is said to be one's own, and what is wrong is said before anything is sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import ProxyHandler, build_opener

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from load.mistake import Mistake

DOOR_VARIABLE = "CONNECTOR_STOCK_DOOR"
DOOR_EXAMPLE = "http://127.0.0.1:PORT/erp/estoque/SECRET"
WORLD_EXAMPLE = "http://127.0.0.1:PORT/__fake__/worlds/empresa"
SHOP_EXAMPLE = "http://127.0.0.1:PORT/__fake__/worlds/loja/stores/30118"
_ERP = ("--erp-door", "fake ERP", "a world", WORLD_EXAMPLE)
_SHOP = ("--shop-door", "fake Webstore", "a store", SHOP_EXAMPLE)
_PRODUCTS_EXAMPLE = '[{"id": 700200, "code": "4711"}, {"id": 700101, "code": "CAM-001-AZ-M", "balance": 12}]'
_TARGET_EXAMPLE = "load/target.example.yaml"
_KEYS = {"name", "door", "erp", "shop", "products", "company", "integrator_id"}

_DOOR_ANSWERS_WITHIN = 15.0


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product or variation that messages are about. Without a balance each message makes one up."""

    id: int | str
    code: str
    balance: int | float | str | None = None
    mapping: str = ""
    parent_mapping: str = ""


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
        """One stock message (erp-stock-webhook §2.3)."""
        content = {
            "tipoEstoque": self.kind,
            "saldo": balance,
            "idProduto": product.id,
            "sku": product.code,
            "skuMapeamento": product.mapping,
            "skuMapeamentoPai": product.parent_mapping,
        }
        envelope = {"cnpj": self.cnpj, "idEcommerce": self.integrator_id, "tipo": "estoque", "versao": "1.0.0"}
        return {**envelope, "dados": content}


@dataclass(frozen=True, kw_only=True)
class Account:
    """One ERP account and its shop. `erp` is its world at the fake ERP's control door, `shop` its store at the fake
    Webstore's, where they are known: only with both can it be told what became of each message."""

    name: str
    door: str = field(repr=False)
    company: Company
    products: list[Product]
    erp: str | None = None
    shop: str | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """All accounts of a run, and where the connector tells its figures, if that is known."""

    accounts: list[Account]
    metrics: str | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says of the target."""

    target: str | None = None
    erp_door: str | None = None
    shop_door: str | None = None
    products: str | None = None
    company: str | None = None
    integrator_id: int | None = None
    owned: bool = False


def read_target(asked: Asked, environment: Mapping[str, str] = os.environ) -> Target:
    """The target as asked for by environment and options. Raises Mistake."""
    if asked.target:
        if asked.erp_door or asked.shop_door or asked.products:
            raise Mistake("--target names everything: leave out --erp-door, --shop-door and --products.")
        return _from_file(asked.target, environment, asked.owned)
    return Target(accounts=[_account({**_by_options(asked), "door": DOOR_VARIABLE}, "", environment, asked.owned)])


def _by_options(asked: Asked) -> dict[str, Any]:
    if bool(asked.erp_door) == bool(asked.products):
        raise Mistake("give one of --target, --erp-door and --products: they say which products messages are about.")
    given: dict[str, Any] = {"erp": asked.erp_door, "shop": asked.shop_door, "products": asked.products}
    given |= {"company": asked.company, "integrator_id": asked.integrator_id}
    return {key: value for key, value in given.items() if value is not None}


def _from_file(path: str, environment: Mapping[str, str], owned: bool) -> Target:
    document = _read(path, "--target", YAML(typ="safe").load)
    if not isinstance(document, dict) or set(document) - {"accounts", "metrics"} or not document.get("accounts"):
        raise Mistake(f"{path} must have `accounts`, and may have `metrics`: see {_TARGET_EXAMPLE}.")
    if not isinstance(document["accounts"], list):
        raise Mistake(f"{path}: `accounts` is a list: see {_TARGET_EXAMPLE}.")
    listed = enumerate(document["accounts"], start=1)
    accounts = [_account(entry, f"{path}, account {n}: ", environment, owned) for n, entry in listed]
    if (metrics := document.get("metrics")) is not None:
        require_address(metrics, f"{path}: metrics", "http://127.0.0.1:PORT/metrics", owned)
    return Target(accounts=accounts, metrics=metrics)


def _account(entry: Any, where: str, environment: Mapping[str, str], owned: bool) -> Account:
    if not isinstance(entry, dict) or (unknown := set(entry) - _KEYS) or "door" not in entry:
        wrong = (
            f"{sorted(map(str, unknown))[0]!r} is unknown" if isinstance(entry, dict) and unknown else "door is missing"
        )
        raise Mistake(f"{where}{wrong}: see {_TARGET_EXAMPLE}.")
    if bool(entry.get("erp")) == bool(entry.get("products")):
        raise Mistake(f"{where}give either erp or products: see {_TARGET_EXAMPLE}.")
    door = _secret_door(str(entry["door"]), where, environment, owned)
    erp, shop = entry.get("erp"), entry.get("shop")
    if shop:
        require_address(shop, f"{where}--shop-door", SHOP_EXAMPLE, owned)
    company, products = _from_world(entry, where, owned) if erp else _from_list(entry, where)
    if not products:
        source = "the world behind --erp-door" if erp else entry["products"]
        raise Mistake(f"{where}{source} has no product to send messages about: at least one is needed.")
    return Account(
        name=str(entry.get("name") or "account"),
        door=door,
        company=company,
        products=products,
        erp=erp.rstrip("/") if erp else None,
        shop=shop.rstrip("/") if shop else None,
    )


def _secret_door(variable: str, where: str, environment: Mapping[str, str], owned: bool) -> str:
    door = environment.get(variable, "").strip()
    if not door:
        raise Mistake(
            f"{where}{variable} is not set. Set it to the address that the connector's page shows as "
            f'"Endereço do webhook de estoque", such as {DOOR_EXAMPLE}.'
        )
    if not require_address(door, f"{where}{variable}", DOOR_EXAMPLE, owned).path.strip("/"):
        raise Mistake(f"{where}{variable} has no path: copy the whole address, such as {DOOR_EXAMPLE}.")
    return door


def require_address(address: Any, what: str, example: str, owned: bool) -> SplitResult:
    """An address taken apart. Raises Mistake unless it is one and stays here, or the host is one's own."""
    try:
        parts = urlsplit(str(address))
        # Reading the port is what checks it.
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    # A name and password before the host could make one host look like another.
    text = str(address)
    if not is_address or "@" in parts.netloc or not text.isascii() or not text.isprintable() or " " in text:
        raise Mistake(f"{what} is not an address such as {example}: copy it again, from http to its end.")
    try:
        is_here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = False
    if not is_here and not owned:
        raise Mistake(
            f"{what} leads to another machine. Load goes to 127.0.0.1, ::1 or localhost only: use {example}, or say "
            "--i-own-this-host if that machine is yours to load."
        )
    return parts


def _from_world(entry: dict[str, Any], where: str, owned: bool) -> tuple[Company, list[Product]]:
    """The company and what it sells, with the balances it has now, from the fake ERP's control door."""
    if entry.get("company") or entry.get("integrator_id") is not None:
        raise Mistake(f"{where}company and integrator_id belong to products: the world at --erp-door knows both.")
    require_address(entry["erp"], f"{where}--erp-door", WORLD_EXAMPLE, owned)
    address = entry["erp"].rstrip("/")
    world, records = ask(address, where), list[dict[str, Any]]()
    try:
        if world["depot"]:
            raise Mistake(f"{where}this world tells one depot's balance: set its depot to '' for this load.")
        kind = "F" if world["send_physical"] else "D"
        company = Company(
            cnpj=world["cnpj"], integrator_id=world["id_ecommerce"], kind=kind, reserves=world["reservation"]
        )
        while page := ask(f"{address}/products?offset={len(records)}&limit=500", where)["products"]:
            records += page
        announced = ask(f"{address}/mappings", where)
        mappings = {m["idProduto"]: (m["skuMapeamento"], m["skuMapeamentoPai"]) for m in announced}
        # What is not active is in no shop; of a product with variations the ERP tells each variation (§2.1).
        sold = [one for record in records if record["situacao"] == "A" for one in record["variacoes"] or [record]]
        # Where products are announced, of the others nothing is told.
        told = [one for one in sold if one["id"] in mappings] if mappings else sold
        return company, [
            Product(
                id=one["id"],
                code=one["codigo"],
                balance=company.balance(one),
                **dict(zip(("mapping", "parent_mapping"), mappings.get(one["id"], ("", "")), strict=True)),
            )
            for one in told
        ]
    except (KeyError, TypeError):
        raise Mistake(f"{where}--erp-door is no world of a fake ERP: give one such as {WORLD_EXAMPLE}.") from None


def ask(address: str, where: str = "", *, of_shop: bool = False) -> Any:
    """A control door's answer. Raises Mistake, which begins with `where` the door is named."""
    option, program, what, example = _SHOP if of_shop else _ERP
    door = f"{where}{option}"
    hint = f"is the {program} running, and is this {what} of its control door, such as {example}?"
    try:
        # No proxy, whatever the environment says: this machine is meant.
        with build_opener(ProxyHandler({})).open(address, timeout=_DOOR_ANSWERS_WITHIN) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise Mistake(f"{door} answered {error.code}: {hint}") from None
    except (OSError, HTTPException, ValueError):
        raise Mistake(f"{door} does not answer as a control door does: {hint}") from None


def _from_list(entry: dict[str, Any], where: str) -> tuple[Company, list[Product]]:
    """The company from the options, the products from a file."""
    if not entry.get("company") or not isinstance(entry.get("integrator_id"), int):
        # The connector keeps the number of the first message that it sees and refuses others: none is made up here.
        raise Mistake(f"{where}products need company and integrator_id: without them every message is a stranger's.")
    path = str(entry["products"])
    entries = _read(path, "--products", json.load)
    if not isinstance(entries, list):
        raise Mistake(f"{path} must hold a list such as {_PRODUCTS_EXAMPLE}")
    products = [_product(each, f"{path}, entry {place}") for place, each in enumerate(entries, start=1)]
    return Company(cnpj=str(entry["company"]), integrator_id=entry["integrator_id"]), products


def _read(path: str, option: str, load: Callable[[Any], Any]) -> Any:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return load(file)
    except OSError as error:
        raise Mistake(f"{path} cannot be read ({error.strerror}): check the path of {option}.") from None
    except (ValueError, YAMLError) as error:
        told = " ".join(str(error).split())
        raise Mistake(
            f"{path} is no {'JSON' if load is json.load else 'YAML'} in UTF-8 ({told}): correct it."
        ) from None


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
        raise Mistake(f"{where}: {wrong}. Correct it; an example: {_PRODUCTS_EXAMPLE}")
    return Product(**entry)


def _is_decimal(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False
