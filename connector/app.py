"""The composition root: the only module that constructs concrete objects."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any, TextIO

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from connector.clients.pacer import ErpPacer, ShopPacer
from connector.clients.transport import KEEPS, Transport
from connector.clients.webstore import WebstoreHost
from connector.clock import Clock, parse_clock
from connector.core.reasons import Reason
from connector.crash import CrashPoints
from connector.flows import (
    account,
    backfill,
    connect,
    events,
    feed,
    install,
    invoice,
    levels,
    messages,
    news,
    order,
    product,
    prune,
    pull,
    question,
    reconcile,
    retiring,
    scan,
    situation,
)
from connector.flows.env import Env
from connector.flows.intake import Intake, Messages
from connector.settings import Settings
from connector.slots import DatabaseSlots
from connector.store import schema, work
from connector.store.engine import Database
from connector.store.wakeups import Wakeups
from connector.store.work import Priority
from connector.vault import Vault
from connector.web.site import site
from connector.worker import Feature, Worker

FEATURES = {
    "subscribe": Feature(install.subscribe),
    "connect": Feature(connect.connect),
    "report": Feature(connect.report),
    "pull": Feature(pull.begin),
    "pull.shop": Feature(pull.shop_page),
    "pull.listing": Feature(pull.listing_page),
    "pull.product": Feature(product.pull_product, product.bury),
    "refresh": Feature(scan.refresh),
    "scan": Feature(scan.take_step),
    "feed": Feature(feed.read_feed),
    "prune": Feature(prune.drop_settled),
    "retire": Feature(retiring.retire),
    "levels": Feature(levels.tell_levels),
    "messages": Feature(messages.sort_messages),
    "stock.ask": Feature(question.ask_for_stock),
    "order": Feature(order.send_order),
    "backfill": Feature(backfill.backfill),
    "orders": Feature(order.poll_orders),
    "situation": Feature(situation.follow),
    "situations": Feature(situation.poll_situations),
    "early": Feature(news.hear_again),
    "invoice": Feature(invoice.tell_invoice),
    "reconcile": Feature(reconcile.reconcile),
    "reconcile.daily": Feature(reconcile.daily),
}


class _Lines(structlog.WriteLogger):
    """A line that cannot be written, as on a full disk, is lost, and nothing else with it: doors and work go on."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def make_log(level: str, stream: TextIO | None = None) -> Any:
    """A logger of one app instance: JSON lines with codes and counts, never a token, an address or a body."""
    return structlog.wrap_logger(
        _Lines(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


class Connector:
    """One app instance: web, worker, or both. `inline` runs the database on the loop, for virtual time.

    `crash` are its crash points, by default those of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        inline: bool = False,
        log_stream: TextIO | None = None,
        crash: CrashPoints | None = None,
    ) -> None:
        self.settings = settings
        self.crash = crash or CrashPoints(settings.crash_at)
        self.clock = clock or parse_clock(settings.clock)
        self.log = make_log(settings.log_level, log_stream)
        self.registry = CollectorRegistry()
        self._settled = Counter(
            "connector_work", "Pieces of work by kind and outcome", ["kind", "outcome"], registry=self.registry
        )
        self._exclusive = settings.database_url.startswith("sqlite")
        schema.migrate(settings.database_url)
        self.env = self._make_env(seed, inline)
        self.worker = Worker(self.env, FEATURES, account.blocked, self.log, self._count, settings.work_at_once)
        self.env.db.on_enqueued = self.worker.wake
        self._wakeups: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def _make_env(self, seed: int | None, inline: bool) -> Env:
        settings = self.settings
        db = Database(settings.database_url, inline=inline, at=self.crash)
        patience = timedelta(seconds=settings.erp_timeout) * self.clock.rate
        keeps = None if inline else KEEPS
        shop_transport = Transport(Reason.SHOP_UNREACHABLE, settings.shop_timeout, self.crash, keeps=keeps)
        return Env(
            db=db,
            clock=self.clock,
            vault=Vault(settings.key_list()),
            random=Random(seed),
            erp_transport=Transport(Reason.ERP_UNREACHABLE, settings.erp_timeout, self.crash, keeps=keeps),
            erp_pacer=ErpPacer(DatabaseSlots(db, self.clock, patience), self.clock, background=Priority.STOCK),
            erp_url=settings.erp_url,
            shop_transport=shop_transport,
            shop_pacer=ShopPacer(self.clock),
            host=WebstoreHost(
                shop_transport, settings.webstore_url, settings.app_id, settings.app_secret.get_secret_value()
            ),
            public_url=settings.public_url,
            pull_every_hours=settings.pull_every_hours,
            reconcile_calls=settings.reconcile_calls,
            keep_messages=timedelta(days=settings.keep_messages_days),
            keep_records=timedelta(days=settings.keep_records_days),
        )

    def _count(self, kind: str, outcome: str) -> None:
        self._settled.labels(kind, outcome).inc()

    def web(self) -> web.Application:
        """The HTTP side."""
        intake = Intake(self._keep)
        return site(self.env, intake.keep, self.settings.app_secret.get_secret_value(), self.log, self.registry)

    async def _keep(self, received: Messages) -> None:
        await self.env.db.write_one_soon(events.receive_from_erp, self.env, received)

    def start_wakeups(self) -> None:
        """On PostgreSQL, tell other processes of new work and hear of theirs, until `close`."""
        if self._exclusive:
            return
        wakeups = Wakeups(self.settings.database_url, self.worker.wake)

        def enqueued() -> None:
            self.worker.wake()
            wakeups.tell()

        self.env.db.on_enqueued = enqueued
        self._wakeups = asyncio.create_task(wakeups.run())

    async def start_worker(self) -> None:
        """Work in the background until `close`."""
        if self._exclusive:
            # One process on a SQLite file: whatever is under way there died with its predecessor.
            await self.env.db.write(work.release_expired, None)
        self._task = asyncio.create_task(self.worker.run())

    async def close(self) -> None:
        """Stop working, give back what is under way, close everything."""
        for task in (self._task, self._wakeups):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self.env.erp_pacer.close()
        await self.env.erp_transport.close()
        await self.env.shop_transport.close()
        self.env.db.close()
