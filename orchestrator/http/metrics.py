"""What can be measured from outside? `GET /metrics`, in the text format of Prometheus.

No label holds anything of a customer: labels are states, reasons and the names of configured sources.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from orchestrator.http.answers import refusal
from orchestrator.silence import Terms, listening
from orchestrator.store import views
from orchestrator.store.base import Store

_LOG = logging.getLogger("tactful.metrics")


class Counters:
    """What came in through the hooks since this process started."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._received = Counter("tactful_hooks_received", "Calls that came.", ["source"], registry=registry)
        self._denied = Counter("tactful_hooks_denied", "Calls not taken.", ["source", "reason"], registry=registry)
        self._events = Counter("tactful_hook_events", "Events told.", ["source", "outcome"], registry=registry)

    def received(self, source: str) -> None:
        """Count a call."""
        self._received.labels(source).inc()

    def denied(self, source: str, reason: str) -> None:
        """Count a call that was not taken."""
        self._denied.labels(source, reason).inc()

    def events(self, source: str, **outcomes: int) -> None:
        """Count what became of the events of a call."""
        for outcome, count in outcomes.items():
            self._events.labels(source, outcome).inc(count)


@dataclass(frozen=True, slots=True, eq=False)
class Standing(Collector):
    """How the workspace stands, read from the store whenever somebody asks."""

    store: Store
    terms: Mapping[str, Terms]
    clock: Callable[[], datetime]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the figures of this moment."""
        now = self.clock()
        with self.store.reading() as connection:
            found = views.status(connection, now)
        yield _by("tactful_deliveries", "Deliveries by state.", "state", found.deliveries)
        yield GaugeMetricFamily("tactful_inbox_events", "Events not decided on yet.", found.inbox)
        yield GaugeMetricFamily("tactful_set_aside_customers", "Customers set aside.", len(found.set_aside))
        yield GaugeMetricFamily("tactful_lateness_seconds", "Age of the oldest work due.", found.lateness_seconds)
        yield from self._sources(now)

    def _sources(self, now: datetime) -> Iterator[GaugeMetricFamily]:
        sources = listening(self.terms, self.store.heard(), now)
        ages = {name: (now - one.heard_at).total_seconds() for name, one in sources.items() if one.heard_at is not None}
        silent = {name: float(one.silent_since(now) is not None) for name, one in sources.items()}
        yield _by("tactful_source_last_heard_seconds", "Seconds since a source was last heard.", "source", ages)
        yield _by("tactful_source_silent", "1 while a source is silent for too long.", "source", silent)


class Tally:
    """All that is measured in one process, whatever journeys it serves meanwhile."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.counters = Counters(self.registry)
        self._standing: Standing | None = None

    def stand(self, standing: Standing) -> None:
        """Read from here how the workspace stands."""
        if self._standing is not None:
            self.registry.unregister(self._standing)
        self._standing = standing
        self.registry.register(standing)


def _by(name: str, help_text: str, label: str, figures: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=[label])
    for key, figure in figures.items():
        family.add_metric([key], figure)
    return family


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """Give the route of the metrics."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> Response:
        """Give all figures; they are read beside the event loop."""
        try:
            text = await asyncio.to_thread(generate_latest, registry)
        except Exception as error:  # whatever the database raises
            _LOG.error("event=metrics.failed error=%s", type(error).__name__)
            return refusal(503, "unavailable", "/metrics: expected a database, got none that can be read; see the log")
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router
