"""What a run is asked to do: our own options beside Locust's."""

from __future__ import annotations

import argparse
import json
import shlex
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from load import targets
from load.budgets import Budgets, read_budgets
from load.mistake import Mistake
from load.mix import Mix
from load.shapes import KNOWN
from load.targets import DOOR_VARIABLE, WORLD_EXAMPLE, Asked, Target, read_target

OPEN, CLOSED = "open", "closed"
_OF_MIX = {
    "skew": "exponent of Zipf's law over an account's products; 0: all alike",
    "repeated": "come twice",
    "overtaken": "come after a later one of the same product",
    "unmapped": "are about products that the shop does not have",
    "foreign": "are another company's",
    "malformed": "are no JSON",
    "noisy": "share of all messages that is the first account's; without it all are alike",
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as asked for. `stall` is when and for how many seconds the `stall_pids` are stopped."""

    target: Target
    shape: str
    seconds: float
    is_open: bool
    connections: int
    seed: int
    mix: Mix
    noise: float
    orders: float
    situations: float
    stall: tuple[float, float] | None
    stall_pids: tuple[int, ...]
    budgets: Budgets
    drain_within: float
    messages_command: tuple[str, ...]
    beside: dict[str, Any] | None
    folder: str


def add_to(parser: Any) -> None:
    """Name them to Locust's parser."""
    where = parser.add_argument_group(
        "Stock webhooks: the target", f"A stock door's address is read from {DOOR_VARIABLE}."
    )
    where.add_argument("--target", metavar="FILE", help="several accounts: load/target.example.yaml")
    where.add_argument("--erp-door", metavar="URL", help=f"a fake ERP's world: {WORLD_EXAMPLE}")
    where.add_argument("--shop-door", metavar="URL", help=f"its store at the fake Webstore: {targets.SHOP_EXAMPLE}")
    where.add_argument("--products", metavar="FILE", help='instead of --erp-door: [{"id", "code", "balance"?}, …]')
    where.add_argument("--company", metavar="CNPJ", help="with --products: the company that the messages name")
    where.add_argument("--integrator-id", type=int, metavar="N", help="with --products: the integration's number")
    where.add_argument("--i-own-this-host", action="store_true", help="let load go to another machine")
    load = parser.add_argument_group("Stock webhooks: the load")
    load.add_argument("--shape", default="constant:100", help=KNOWN.replace("%", "%%"))
    load.add_argument("--seconds", type=float, default=60, help="how long messages are due (60)")
    load.add_argument("--model", choices=(OPEN, CLOSED), default=OPEN, help="closed: as Locust does it by itself")
    load.add_argument("--connections", type=int, default=64, help="messages under way at most (64)")
    load.add_argument("--seed", type=int, default=1, help="of all that is drawn (1)")
    for each in fields(Mix):
        usual = "" if each.default is None else f" ({each.default:g})"
        told = f"{_OF_MIX[each.name]}{usual}"
        load.add_argument(f"--{each.name}", type=float, default=each.default, metavar="SHARE", help=told)
    load.add_argument("--orders", type=float, default=0, metavar="RATE", help="orders in the shops a second (0)")
    load.add_argument(
        "--noise", type=float, default=0, metavar="RATE", help="messages of the first account more, a second (0)"
    )
    load.add_argument(
        "--situations", type=float, default=0, metavar="RATE", help="steps of orders in the ERP a second (0)"
    )
    load.add_argument("--stall", metavar="AT:SECONDS", help="stop --stall-pid's process at a time for so long")
    load.add_argument("--stall-pid", type=int, action="append", default=[], metavar="PID", help="may be given again")
    after = parser.add_argument_group("Stock webhooks: the judgement")
    after.add_argument("--budgets", metavar="FILE", help="what is allowed: load/budgets.yaml")
    after.add_argument("--budget", action="append", default=[], metavar="NAME=VALUE", help="one of it; may be repeated")
    after.add_argument(
        "--drain-within", type=float, default=3600, metavar="SECONDS", help="of the target's clock (3600)"
    )
    after.add_argument(
        "--messages-command", default="", help="prints the connector's messages: connector messages --json"
    )
    after.add_argument("--beside", metavar="FILE", help="outcome.json of a closed run, to be shown beside this one")
    after.add_argument("--folder", default="load-report", help="where the reports go (load-report)")


def read(given: Any) -> Run:
    """The run as asked for. Raises Mistake."""
    _refuse(given)
    asked = Asked(
        target=given.target,
        erp_door=given.erp_door,
        shop_door=given.shop_door,
        products=given.products,
        company=given.company,
        integrator_id=given.integrator_id,
        owned=given.i_own_this_host,
    )
    target = read_target(asked)
    if (given.orders or given.situations) and not all(account.erp and account.shop for account in target.accounts):
        raise Mistake("--orders and --situations need both control doors of every account.")
    return Run(
        target=target,
        shape=given.shape,
        seconds=_above(given.seconds, "--seconds"),
        is_open=given.model == OPEN,
        connections=int(_above(given.connections, "--connections")),
        seed=given.seed,
        mix=_mix(given),
        noise=_from_zero(given.noise, "--noise"),
        orders=_from_zero(given.orders, "--orders"),
        situations=_from_zero(given.situations, "--situations"),
        stall=_stall(given),
        stall_pids=tuple(given.stall_pid),
        budgets=read_budgets(given.budgets, given.budget),
        drain_within=_from_zero(given.drain_within, "--drain-within"),
        messages_command=tuple(shlex.split(given.messages_command)),
        beside=_beside(given.beside),
        folder=given.folder,
    )


def _refuse(given: argparse.Namespace) -> None:
    if not given.headless:
        raise Mistake("this file runs without Locust's web page: add --headless.")
    if given.master or given.worker:
        raise Mistake("this file counts in one process: leave out --processes, --master and --worker.")
    if given.host:
        raise Mistake(f"the address comes from {DOOR_VARIABLE} or --target alone: leave out --host and LOCUST_HOST.")
    if given.run_time:
        raise Mistake("the load says itself when it ends: give --seconds instead of --run-time.")


def _mix(given: argparse.Namespace) -> Mix:
    values = {each.name: getattr(given, each.name) for each in fields(Mix)}
    shares = {name: value for name, value in values.items() if name != "skew" and value is not None}
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise Mistake(f"--{name} is a share from 0 to 1, not {value:g}.")
    if sum(value for name, value in shares.items() if name not in ("noisy", "overtaken")) > 1:
        raise Mistake("--repeated, --unmapped, --foreign and --malformed are more than 1 together: lower one.")
    return Mix(**{**values, "skew": _from_zero(given.skew, "--skew")})


def _beside(path: str | None) -> dict[str, Any] | None:
    """What stock Locust said of the same load."""
    if path is None:
        return None
    try:
        outcome = json.loads(Path(path).read_text(encoding="utf-8"))
        return {**outcome["locust_ms"], "planned": outcome["lateness"]["planned"], "sent": outcome["lateness"]["sent"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise Mistake(f"--beside {path} is no outcome of a run: give the outcome.json of one.") from None


def _stall(given: argparse.Namespace) -> tuple[float, float] | None:
    if bool(given.stall) != bool(given.stall_pid):
        raise Mistake("--stall and --stall-pid belong together.")
    if not given.stall:
        return None
    try:
        at, seconds = (_from_zero(float(part), "--stall") for part in given.stall.split(":"))
    except ValueError:
        raise Mistake(f"--stall {given.stall!r}: give a moment and a length in seconds, such as 5:2.") from None
    return at, seconds


def _above(value: float, name: str) -> float:
    if value <= 0:
        raise Mistake(f"{name} must be above 0, not {value:g}.")
    return value


def _from_zero(value: float, name: str) -> float:
    if value < 0:
        raise Mistake(f"{name} must be 0 or more, not {value:g}.")
    return value
