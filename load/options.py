"""What a run is asked to do: our own options beside Locust's."""

from __future__ import annotations

import argparse
import json
import math
import shlex
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from load import targets
from load.budgets import Budgets, read_budgets
from load.mistake import Mistake, brief
from load.mix import Mix
from load.shapes import KNOWN, parse_shape
from load.stalling import why_not
from load.targets import DOOR_VARIABLE, WORLD_EXAMPLE, Asked, Target, read_target

OPEN, CLOSED = "open", "closed"
# Beyond these a run is not what somebody means: a week, more connections than ports, a rate that no fake keeps.
_LONGEST, _CONNECTIONS, _RATE = 7 * 86400.0, 10_000, 10_000.0
# 100,000 products to the power of more than that are no numbers any more.
_STEEPEST = 10.0
# Named to whoever chooses among the load file's users.
USERS_BELONG = "this file's users belong together"
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
    # For whoever starts a target: are the options good, before there is one?
    where.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
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
    return _run(given, read_target(asked))


def check(given: Any) -> Run:
    """The run but for its target, which need not be there yet. Raises Mistake."""
    _refuse(given)
    return _run(given, Target(accounts=[]))


def _run(given: Any, target: Target) -> Run:
    if (given.orders or given.situations) and not all(account.erp and account.shop for account in target.accounts):
        raise Mistake("--orders and --situations need both control doors of every account.")
    parse_shape(given.shape)
    return Run(
        target=target,
        shape=given.shape,
        seconds=_above(given.seconds, "--seconds", _LONGEST),
        is_open=given.model == OPEN,
        connections=int(_above(given.connections, "--connections", _CONNECTIONS)),
        seed=given.seed,
        mix=_mix(given),
        noise=_from_zero(given.noise, "--noise", _RATE),
        orders=_from_zero(given.orders, "--orders", _RATE),
        situations=_from_zero(given.situations, "--situations", _RATE),
        stall=_stall(given),
        stall_pids=tuple(given.stall_pid),
        budgets=read_budgets(given.budgets, given.budget),
        drain_within=_from_zero(given.drain_within, "--drain-within"),
        messages_command=_command(given.messages_command),
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
    if given.user_classes:
        raise Mistake(f"{USERS_BELONG}: leave out {' '.join(given.user_classes)} and LOCUST_USER_CLASSES.")
    for option in ("tags", "exclude_tags", "config_users"):
        if getattr(given, option):
            raise Mistake(f"{USERS_BELONG}: leave out --{option.replace('_', '-')} and its variable.")
    if given.num_users is not None or given.spawn_rate is not None:
        raise Mistake("how many send at once is said by --connections: leave out --users and --spawn-rate.")


def _mix(given: argparse.Namespace) -> Mix:
    values = {each.name: getattr(given, each.name) for each in fields(Mix)}
    shares = {name: value for name, value in values.items() if name != "skew" and value is not None}
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise Mistake(f"--{name} is a share from 0 to 1, not {brief(value)}.")
    if sum(value for name, value in shares.items() if name not in ("noisy", "overtaken")) > 1:
        raise Mistake("--repeated, --unmapped, --foreign and --malformed are more than 1 together: lower one.")
    return Mix(**{**values, "skew": _from_zero(given.skew, "--skew", _STEEPEST)})


def _beside(path: str | None) -> dict[str, Any] | None:
    """What stock Locust said of the same load."""
    if path is None:
        return None
    try:
        outcome = json.loads(Path(path).read_text(encoding="utf-8"))
        times, counts = outcome["locust_ms"], outcome["lateness"]
        shares = {share: float(times[share]) for share in ("p50", "p99")}
        return {**shares, **{count: int(counts[count]) for count in ("planned", "sent")}}
    except (OSError, ValueError, KeyError, TypeError):
        raise Mistake(f"--beside {path} is no outcome of a run: give the outcome.json of one.") from None


def _command(text: str) -> tuple[str, ...]:
    try:
        command = tuple(shlex.split(text))
    except ValueError as error:
        raise Mistake(f"--messages-command {brief(text)} is no command ({error}): correct its quotes.") from None
    if command and shutil.which(command[0]) is None:
        raise Mistake(f"--messages-command: there is no program {brief(command[0])}: give the path of one.")
    return command


def _stall(given: argparse.Namespace) -> tuple[float, float] | None:
    if bool(given.stall) != bool(given.stall_pid):
        raise Mistake("--stall and --stall-pid belong together.")
    if not given.stall:
        return None
    for pid in given.stall_pid:
        if why := why_not(pid):
            raise Mistake(f"--stall-pid {pid} {why}: give the number of one to be stopped.")
    return parse_stall(given.stall, "--stall")


def parse_stall(text: str, option: str) -> tuple[float, float]:
    """The moment and the length, in seconds. Raises Mistake."""
    try:
        at, seconds = (float(part) for part in text.split(":"))
    except ValueError:
        raise Mistake(f"{option} {brief(text)}: give a moment and a length in seconds, such as 5:2.") from None
    return _from_zero(at, f"{option}'s moment", _LONGEST), _above(seconds, f"{option}'s length", _LONGEST)


def _above(value: float, name: str, most: float) -> float:
    if not 0 < value <= most:
        raise Mistake(f"{name} must be above 0 and at most {most:.15g}, not {brief(value)}.")
    return value


def _from_zero(value: float, name: str, most: float = math.inf) -> float:
    if not 0 <= value <= most or math.isinf(value):
        limit = "" if math.isinf(most) else f" and at most {most:.15g}"
        raise Mistake(f"{name} must be a number from 0{limit}, not {brief(value)}.")
    return value
