"""Prometheus metrics of this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from profilegraph.engines.bitmap.run import MemoryUse
from profilegraph.hooks.hosting.host import Host
from profilegraph.services.cache.states import IndexState
from profilegraph.services.operations.routines import Routines
from profilegraph.services.plugins.listeners import ListenerQueue

_QUICK = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 5.0)


class Metrics:
    """The metrics of one platform; the help text of each says what it counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        into = self.registry
        self.index_state = Enum(
            "profilegraph_index_state",
            "What becomes of the index; Cypher answers unless it is ready.",
            states=[state.value for state in IndexState],
            registry=into,
        )
        self._index_bytes = Gauge("profilegraph_index_bytes", "Memory of the index.", registry=into)
        self._part_bytes = Gauge(
            "profilegraph_index_part_bytes",
            "Memory of the index by what it holds: taggings, events, or customers with all else.",
            ["part"],
            registry=into,
        )
        self.index_customers = Gauge(
            "profilegraph_index_customers", "Customers in the index.", registry=into
        )
        self.build_seconds = Gauge(
            "profilegraph_index_build_seconds", "How long the newest build took.", registry=into
        )
        self.drops = Counter(
            "profilegraph_index_drops",
            "Indexes dropped to be built anew.",
            ["reason"],
            registry=into,
        )
        self._tell_of_the_feed(into)
        self._tell_of_the_outbox(into)
        self._tell_of_requests(into)

    def _tell_of_the_feed(self, into: CollectorRegistry) -> None:
        self.changes = Counter(
            "profilegraph_feed_changes",
            "Changes of the graph that were taken note of.",
            registry=into,
        )
        self.skipped_polls = Counter(
            "profilegraph_feed_looks_spared",
            "Looks at the feed that the embedded database said would find nothing.",
            registry=into,
        )
        self.poll = Histogram(
            "profilegraph_feed_look_seconds",
            "How long one poll at the feed takes, with reading what changed.",
            buckets=_QUICK,
            registry=into,
        )

    def _tell_of_the_outbox(self, into: CollectorRegistry) -> None:
        self.outbox_attempts = Counter(
            "profilegraph_outbox_attempts",
            "Attempts to send something, by what it is and what became of it: sent, failed, held or"
            " given_up.",
            ["kind", "outcome"],
            registry=into,
        )

    def _tell_of_requests(self, into: CollectorRegistry) -> None:
        self.authentication_failures = Counter(
            "profilegraph_authentication_failures",
            "Requests and sign-ins whose key, session, token or link was refused, by what it was.",
            ["method"],
            registry=into,
        )
        self.answers = Counter(
            "profilegraph_answers",
            "Questions about filters, by what answered.",
            ["engine"],
            registry=into,
        )
        self.untrusted_documents = Counter(
            "profilegraph_untrusted_documents",
            "Operations whose document is not in the manifest of trusted documents.",
            registry=into,
        )

    def index_takes(self, sizes: MemoryUse) -> None:
        """Set the memory that the index takes."""
        self._index_bytes.set(sum(sizes))
        for part, taken in sizes._asdict().items():
            self._part_bytes.labels(part).set(taken)

    def watch_plugins(self, host: Host, listening: ListenerQueue) -> None:
        """Include the failures of plugins."""
        self.registry.register(_Plugins(host, listening))

    def watch_fallbacks(self, counts: Mapping[str, int]) -> None:
        """Include which parts of GraphQL requests are not compiled, by reason."""
        self.registry.register(_Fallbacks(counts))

    def watch_routines(self, routines: Routines) -> None:
        """Include the failures of background routines."""
        self.registry.register(_Routines(routines))

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Fallbacks(Collector):
    """Collects how often the GraphQL library had to execute a selection."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield the current metric."""
        found = CounterMetricFamily(
            "profilegraph_graphql_fallbacks",
            "Selections and variables of requests that were left to graphql-core.",
            labels=("reason",),
        )
        for reason, count in self._counts.items():
            found.add_metric([reason], count)
        yield found


class _Routines(Collector):
    """Collects the state of the background routines."""

    def __init__(self, routines: Routines) -> None:
        self._routines = routines

    def collect(self) -> Iterator[Metric]:
        """Yield the current metrics."""
        failures = CounterMetricFamily(
            "profilegraph_routine_failures",
            "Rounds of background routines that failed.",
            labels=("routine",),
        )
        failing = GaugeMetricFamily(
            "profilegraph_routine_failing",
            "Rounds that have failed since one did not.",
            labels=("routine",),
        )
        aside = CounterMetricFamily(
            "profilegraph_routine_set_aside",
            "Items that background routines set aside.",
            labels=("routine",),
        )
        for name, state in self._routines:
            failures.add_metric([name], state.failures)
            failing.add_metric([name], state.in_a_row)
            aside.add_metric([name], state.set_aside)
        yield from (failures, failing, aside)


class _Plugins(Collector):
    """Collects the failures of plugins from the host and the listeners."""

    def __init__(self, host: Host, listening: ListenerQueue) -> None:
        self._host = host
        self._listening = listening

    def collect(self) -> Iterator[Metric]:
        """Yield the current metrics."""
        faults = GaugeMetricFamily("profilegraph_plugin_faults", "Plugins, or parts, out of use.")
        faults.add_metric([], len(self._host.faults))
        yield faults
        parts = ("plugin", "part")
        failures = CounterMetricFamily(
            "profilegraph_plugin_failures", "Calls of plugins that failed.", labels=parts
        )
        for part, count in self._host.guard.failures.items():
            failures.add_metric(part, count)
        yield failures
        missed = CounterMetricFamily(
            "profilegraph_listener_missed", "Changes that listeners missed.", labels=parts
        )
        for listener, count in self._listening.missed.items():
            missed.add_metric(listener, count)
        yield missed
