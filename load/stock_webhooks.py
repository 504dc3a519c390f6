"""The ERP's stock messages at the stock doors of a connector, by intended time. How to run it: load/README.md.

    locust -f load/stock_webhooks.py --headless --target FILE --shape poisson:200 --seconds 60

A door's address is a secret and the only one here. It comes from the environment, because a command line can be read
by everybody on the machine, and it must get into no statistic, no report and no message of an error.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from random import Random
from typing import Any, ClassVar
from urllib.parse import urlsplit

import gevent
from gevent.lock import BoundedSemaphore
from locust import FastHttpUser, constant_throughput, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.exception import StopUser

from load import options, recording
from load.mistake import Mistake
from load.mix import plan, together
from load.office import Office
from load.options import Run
from load.sender import Sender, Sent
from load.shapes import Arrival, parse_shape, poisson
from load.stalling import stall

# A fixed name: by default Locust files a request under its path, and the path is the secret.
MESSAGE = "stock webhook"

# The ERP's own patience is not documented (erp-stock-webhook §1); the fake ERP waits as long.
ANSWER_WITHIN = 15.0

# Of a run that was ended before it was judged.
_UNKNOWN = 3


class StockSender(FastHttpUser):
    """One of the connections: sends a message that is due, and takes the next when it is answered."""

    sender: ClassVar[Sender]
    run_: ClassVar[Run]
    # What stops a process for a while.
    stalling: ClassVar[gevent.Greenlet[Any, Any] | None] = None
    office: ClassVar[Office]
    # Locust may end for two reasons at once.
    ending: ClassVar[BoundedSemaphore] = BoundedSemaphore()
    network_timeout = connection_timeout = ANSWER_WITHIN
    max_redirects = 0

    @task
    def tell(self) -> None:
        is_open = self.run_.is_open
        sent = self.sender.take() if is_open else self.sender.take_next(self.run_.seconds)
        if sent is None:
            raise StopUser
        self._send(sent, from_intended=is_open)

    def _send(self, sent: Sent, *, from_intended: bool) -> None:
        account = self.sender.accounts[sent.planned.account]
        headers = {"Content-Type": "application/json"}
        with self.client.post(
            account.door,
            data=sent.body.get(),
            headers=headers,
            name=MESSAGE,
            catch_response=True,
            allow_redirects=False,
        ) as answer:
            status, error = answer.status_code, answer.request_meta["exception"]
            is_whole = status == 200 and error is None
            # Only the kind of the error: its text begins with the address.
            is_answer = status not in (0, 200) or is_whole
            told = "" if is_whole else f"status {status}" if is_answer else f"no whole answer: {type(error).__name__}"
            self.sender.settle(sent, status if is_answer else 0, told)
            if from_intended and sent.ended is not None:
                answer.request_meta["response_time"] = (sent.ended - sent.planned.at) * 1000
            if is_whole:
                answer.success()
            else:
                answer.failure(told)


class Clerk(FastHttpUser):
    """One user for all that is done at the fakes' control doors."""

    fixed_count = 1
    network_timeout = connection_timeout = ANSWER_WITHIN
    the_only: ClassVar[Clerk | None] = None

    def on_start(self) -> None:
        Clerk.the_only = self

    @task
    def wait(self) -> None:
        if StockSender.sender.is_over:
            raise StopUser
        gevent.sleep(0.05)

    def post(self, method: str, address: str, name: str, document: Any) -> bytes | None:
        """The body of a good answer of a control door."""
        with self.client.request(method, address, json=document, name=name, catch_response=True) as answer:
            error = answer.request_meta["exception"]
            if error is None and 200 <= answer.status_code < 300:
                answer.success()
                return bytes(answer.content or b"")
            answer.failure(f"no whole answer: {type(error).__name__}" if error else f"status {answer.status_code}")
            return None


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    """Our own options beside Locust's."""
    options.add_to(parser)
    for action in parser._actions:
        if action.dest == "user_classes":
            # Locust itself ends with 1 for a name that it does not know, and here that means: fail.
            action.type = _no_users


def _no_users(name: str) -> str:
    raise argparse.ArgumentTypeError(f"{options.USERS_BELONG}: leave out {name}")


@events.init.add_listener
def prepare(environment: Environment, **_: Any) -> None:
    """Read everything before the first user starts; ends the program with one line where something is wrong."""
    given: Any = environment.parsed_options
    try:
        run = options.check(given) if given.check else options.read(given)
        arrivals, noise = _arrivals(run)
        if given.check:
            sys.exit(0)
        counts = [len(account.products) for account in run.target.accounts]
        planned = plan(arrivals, counts, run.mix, Random(f"{run.seed}:mix"))
        # By itself: the load without it is the same without it.
        planned = together(planned, plan(noise, counts[:1], run.mix, Random(f"{run.seed}:noise-mix")))
        recording.prepare(run)
    except Mistake as mistake:
        sys.stderr.write(f"Not started: {mistake}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("Not started: ended before the first message.\n")
        sys.exit(_UNKNOWN)
    _allow_files(run.connections)
    door = urlsplit(run.target.accounts[0].door)
    StockSender.host = Clerk.host = f"{door.scheme}://{door.netloc}"
    StockSender.run_ = run
    StockSender.sender = Sender(planned, run.target.accounts, tells_shop=run.orders > 0)
    StockSender.office = Office(
        accounts=[account for account in run.target.accounts if account.erp and account.shop],
        sender=StockSender.sender,
        random=Random(f"{run.seed}:office"),
        seconds=run.seconds,
        orders=run.orders,
        situations=run.situations,
    )
    if not run.is_open:
        StockSender.wait_time = constant_throughput(len(planned) / run.seconds / run.connections)
    given.num_users, given.spawn_rate = run.connections + Clerk.fixed_count, run.connections + Clerk.fixed_count
    environment.events.spawning_complete.add_listener(lambda **_: gevent.spawn(_play, environment, run))
    # Otherwise Locust drops what is under way at the end, and the connector has kept more than was counted.
    environment.stop_timeout = environment.stop_timeout or 2 * ANSWER_WITHIN + 1


def _arrivals(run: Run) -> tuple[list[Arrival], list[Arrival]]:
    """When messages are due, and those of the noise. Raises Mistake."""
    arrivals = parse_shape(run.shape)(run.seconds, Random(f"{run.seed}:arrivals"))
    noise = poisson(run.noise)(run.seconds, Random(f"{run.seed}:noise")) if run.noise else []
    if not arrivals and not noise:
        raise Mistake(f"--shape {run.shape} for {run.seconds:g} s is no message at all: give more of either.")
    last = max(run.seconds, *(each[-1].at for each in (arrivals, noise) if each))
    if run.stall is not None and run.stall[0] >= last:
        raise Mistake(f"the stall's moment, {run.stall[0]:g} s, comes after the load, {last:g} s: let it come earlier.")
    return arrivals, noise


def _allow_files(connections: int) -> None:
    """A connection is an open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < connections + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, connections + 200), hard))


def _play(environment: Environment, run: Run) -> None:
    """The whole load, then the end of Locust."""
    sender, clerk = StockSender.sender, Clerk.the_only
    assert clerk is not None and environment.runner is not None
    sender.start(clerk.post)
    beside: list[Any] = []
    if run.stall is not None:
        StockSender.stalling = gevent.spawn(_stall, sender, run)
        beside.append(StockSender.stalling)
    beside += StockSender.office.start(clerk.post)
    if run.is_open:
        sender.dispatch()
    else:
        gevent.sleep(max(0.0, run.seconds - sender.now()))
    gevent.joinall(beside)
    if sender.is_over:
        # Ended early: Locust stops its users already, and a second stop would find some of them half gone.
        return
    sender.played()
    sender.end(run.connections)
    environment.runner.quit()


def _stall(sender: Sender, run: Run) -> None:
    """The target's pause; a run whose pause did not happen, or not to its end, is spoilt."""
    assert run.stall is not None
    at, seconds = run.stall
    unless_told = f"the stall of {seconds:g} s at {at:g} s did not come to its end"
    sender.spoilt.append(unless_told)
    why_not = stall(
        run.stall_pids,
        until=lambda: gevent.sleep(max(0.0, at - sender.now())),
        while_stopped=lambda: gevent.sleep(seconds),
    )
    sender.spoilt.remove(unless_told)
    if why_not is not None:
        sender.spoilt.append(f"the stall of {seconds:g} s at {at:g} s did not happen: {why_not}")


@events.quitting.add_listener
def conclude(environment: Environment, **_: Any) -> None:
    """Write down what was sent, and have it judged in a program of its own: this one's sockets are Locust's."""
    try:
        with StockSender.ending:
            if environment.process_exit_code is not None:
                return
            environment.process_exit_code, told = _judged(environment)
    except KeyboardInterrupt:
        environment.process_exit_code, told = _UNKNOWN, "Not judged: ended a second time.\n"
    # Below Locust's own tables.
    environment.events.quit.add_listener(lambda **_: sys.stderr.write(told))


def _judged(environment: Environment) -> tuple[int, str]:
    sender, run = StockSender.sender, StockSender.run_
    # Ended early: what is stopped goes on, what is under way may finish, nothing more begins.
    if StockSender.stalling is not None:
        StockSender.stalling.kill()
    sender.end(run.connections)
    if environment.runner is not None:
        environment.runner.stop()
    sender.finish(ANSWER_WITHIN)
    entry = environment.stats.get(MESSAGE, "POST")
    stock = {f"p{share}": float(entry.get_response_time_percentile(share / 100) or 0) for share in (50, 99)}
    recording.write(run, sender, StockSender.office.done(), time.process_time() - sender.cpu, stock)
    return recording.judge(run)
