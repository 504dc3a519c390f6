"""Fires the ERP's stock messages at the stock door of a connector on this machine. How to run it: load/README.md.

The door's address is a secret and the only one here. It comes from the environment, because a command line can be
read by everybody on the machine, and it must get into no statistic, no report and no message of an error.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar
from urllib.parse import urlsplit

from locust import FastHttpUser, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from stock_plan import DOOR_VARIABLE, WORLD_EXAMPLE, Mistake, Plan, Product, read_plan

# Fixed names: by default Locust files a request under its path, and the path is the secret.
MESSAGE, MOVE = "stock webhook", "fake ERP: move stock"

DEFAULT_RUN_TIME = 60
# The ERP's own patience is not documented (erp-stock-webhook §1); the fake ERP waits as long.
ANSWER_WITHIN = 15.0
# Connecting and reading each have that long: whoever is under way when the time is over may finish.
FINISH_WITHIN = 2 * ANSWER_WITHIN + 1


class StockSender(FastHttpUser):
    """Sends one message after another, each as soon as the one before it is answered."""

    plan: ClassVar[Plan]
    numbers: ClassVar[Iterator[int]] = itertools.count(1)
    network_timeout = connection_timeout = ANSWER_WITHIN

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        # A source for each user: what one draws does not depend on how fast the others are.
        self.random = Random(f"{self.plan.seed}:{next(self.numbers)}")

    @task
    def tell(self) -> None:
        """Tell a product's balance, after moving it if that was asked for."""
        product, drawn = self.random.choice(self.plan.products), self.random.randrange(100)
        if self.plan.world is None:
            self._send(product, drawn if product.balance is None else product.balance)
        elif (moved := self._move(self.plan.world, product, drawn)) is not None:
            self._send(product, moved)

    def _move(self, world: str, product: Product, quantity: int) -> str | None:
        """Set the balance in the fake ERP; what the ERP then has of all depots, None if it refused."""
        level = self._post(f"{world}/stock", MOVE, {"idProduto": product.id, "tipo": "B", "quantidade": quantity})
        return None if level is None else self.plan.company.balance(json.loads(level))

    def _send(self, product: Product, balance: int | float | str) -> None:
        self._post(self.plan.door, MESSAGE, self.plan.company.message(product, balance))

    def _post(self, address: str, name: str, document: dict[str, Any]) -> bytes | None:
        """The body of a 200; anything else is a failure, also a redirect, which the ERP is not known to follow."""
        with self.client.post(address, json=document, name=name, catch_response=True, allow_redirects=False) as answer:
            status, error = answer.status_code, answer.request_meta["exception"]
            if status == 200 and error is None:
                answer.success()
                return bytes(answer.content or b"")
            # Only the kind of the error: its text begins with the address.
            answer.failure(f"no whole answer: {type(error).__name__}" if status in (0, 200) else f"status {status}")
            return None


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    """Our own options beside Locust's."""
    ours = parser.add_argument_group("Stock webhooks", f"The stock door's address is read from {DOOR_VARIABLE}.")
    ours.add_argument("--erp-door", metavar="URL", help=f"a fake ERP's world: {WORLD_EXAMPLE}; tells what it has")
    ours.add_argument("--move", action="store_true", help="set a balance in that world before each message")
    ours.add_argument("--products", metavar="FILE", help='instead of --erp-door: [{"id", "code", "balance"?}, …]')
    ours.add_argument("--company", metavar="CNPJ", help="with --products: the company that the messages name")
    ours.add_argument("--integrator-id", type=int, metavar="N", help="with --products: the integration's number")
    ours.add_argument("--seed", type=int, default=1, help="of products and balances drawn (default 1)")


@events.init.add_listener
def prepare(environment: Environment, **_: Any) -> None:
    """Read everything before the first user starts; ends the program with one line where something is wrong."""
    options: Any = environment.parsed_options
    try:
        StockSender.plan = read_plan(options)
    except Mistake as mistake:
        sys.exit(f"Not started: {mistake}")
    door = urlsplit(StockSender.plan.door)
    StockSender.host = f"{door.scheme}://{door.netloc}"
    if not options.run_time:
        options.run_time = DEFAULT_RUN_TIME
        _say(f"No --run-time was given: this run ends after {DEFAULT_RUN_TIME} s.")
    # Otherwise Locust drops what is under way at the end, and the connector has kept more than was counted.
    environment.stop_timeout = environment.stop_timeout or FINISH_WITHIN
    environment.events.quit.add_listener(lambda **_: _say(summary(environment)))


@events.quitting.add_listener
def judge(environment: Environment, **_: Any) -> None:
    """A run that sent nothing has failed; Locust itself sees only failures."""
    # After Ctrl-C the users are still at it.
    environment.runner.stop()
    if environment.process_exit_code is None and not environment.stats.get(MESSAGE, "POST").num_requests:
        environment.process_exit_code = 1


def summary(environment: Environment) -> str:
    """The run in two lines."""
    entry = environment.stats.get(MESSAGE, "POST")
    if not entry.num_requests:
        return "Stock webhooks: nothing was sent, or nothing was answered before the end. That is a failure."
    accepted = entry.num_requests - entry.num_failures
    half, slowest = (entry.get_response_time_percentile(share) for share in (0.5, 0.99))
    return (
        f"Stock webhooks: {entry.num_requests} sent, {accepted} accepted, {entry.num_failures} refused or unanswered; "
        f"{entry.total_rps - entry.total_fail_per_sec:.1f} accepted a second; p50 {half:g} ms, p99 {slowest:g} ms.\n"
        "Closed model: each user waits for its answer, so while the connector stalls nothing is sent and nothing is "
        "measured. These percentiles are a lower bound."
    )


def _say(text: str) -> None:
    # Beside Locust's own tables; its --json has standard output to itself.
    print(text, file=sys.stderr)
