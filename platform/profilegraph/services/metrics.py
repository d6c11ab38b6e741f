"""Figures about this process for whoever watches it, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, generate_latest

from profilegraph.services.states import IndexState

_QUICK = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 5.0)


class Metrics:
    """The figures of one platform; each says in its help text what it counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        into = self.registry
        self.index_state = Enum(
            "profilegraph_index_state",
            "What becomes of the index; Cypher answers unless it is ready.",
            states=[state.value for state in IndexState],
            registry=into,
        )
        self.index_bytes = Gauge("profilegraph_index_bytes", "Memory of the index.", registry=into)
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
        self.answers = Counter(
            "profilegraph_answers",
            "Questions about filters, by what answered.",
            ["engine"],
            registry=into,
        )

    def _tell_of_the_feed(self, into: CollectorRegistry) -> None:
        self.changes = Counter(
            "profilegraph_feed_changes",
            "Changes of the graph that were taken note of.",
            registry=into,
        )
        self.spared = Counter(
            "profilegraph_feed_looks_spared",
            "Looks at the feed that the embedded database said would find nothing.",
            registry=into,
        )
        self.look = Histogram(
            "profilegraph_feed_look_seconds",
            "How long one look at the feed takes, with reading what changed.",
            buckets=_QUICK,
            registry=into,
        )

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
