"""Calls of the ERP as metrics, read from the database: the same in every process that shares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from connector.core.purpose import DEALT_WITH
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


def of_usage(usage: Iterable[Usage]) -> bytes:
    """Prometheus' text of one day's rows."""
    registry = CollectorRegistry()
    registry.register(_Today(usage))
    return generate_latest(registry)
