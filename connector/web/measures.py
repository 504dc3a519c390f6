"""Calls of the ERP and work that is left as metrics, read from the database: the same in all who share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from connector.core.purpose import DEALT_WITH
from connector.store.backlog import Backlog
from connector.store.tally import Usage


class _Today(Collector):
    """Both families, of the rows of one day."""

    def __init__(self, usage: Iterable[Usage]) -> None:
        self._usage = list(usage)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        labels = ["company", "purpose"]
        calls = GaugeMetricFamily("connector_erp_calls_today", "Calls of the ERP, by what they were for", labels=labels)
        dealt = GaugeMetricFamily("connector_dealt_with_today", "Products, orders… dealt with", labels=labels)
        for row in self._usage:
            calls.add_metric([row.company_id, row.purpose], row.calls)
            if row.purpose in DEALT_WITH:
                dealt.add_metric([row.company_id, row.purpose], row.dealt_with)
        yield from (calls, dealt)


class _Left(Collector):
    """How much is left to do, and for how long the oldest of it could have been done."""

    def __init__(self, backlog: Backlog, now: datetime) -> None:
        self._backlog, self._now = backlog, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        left = GaugeMetricFamily(
            "connector_backlog", "Pieces of work that are left, by state and reason", labels=["state", "reason"]
        )
        for key, count in sorted(self._backlog.counts.items()):
            left.add_metric(key, count)
        since = self._backlog.oldest_due_at
        age = 0.0 if since is None else max(0.0, (self._now - since).total_seconds())
        yield left
        yield GaugeMetricFamily("connector_backlog_seconds", "How long the oldest due piece of work waits", value=age)


def of_backlog(backlog: Backlog, now: datetime) -> bytes:
    """Prometheus' text of what is left at a moment."""
    registry = CollectorRegistry()
    registry.register(_Left(backlog, now))
    return generate_latest(registry)


def of_usage(usage: Iterable[Usage]) -> bytes:
    """Prometheus' text of one day's rows."""
    registry = CollectorRegistry()
    registry.register(_Today(usage))
    return generate_latest(registry)
