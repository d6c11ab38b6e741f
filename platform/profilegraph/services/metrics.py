"""Figures about this process for whoever watches it, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, generate_latest

from profilegraph.services.states import IndexState

_QUICK = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 5.0)


class Metrics:
    """The figures of one platform; each says in its help text what it counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.index_state = Enum(
            "profilegraph_index_state",
            "What becomes of the index; Cypher answers unless it is ready.",
            states=[state.value for state in IndexState],
            registry=self.registry,
        )
        self.index_bytes = Gauge(
            "profilegraph_index_bytes", "Memory that the index takes.", registry=self.registry
        )
        self.index_customers = Gauge(
            "profilegraph_index_customers", "Customers in the index.", registry=self.registry
        )
        self.index_rows = Gauge(
            "profilegraph_index_rows", "Rows in the index.", ["kind"], registry=self.registry
        )
        self.build_seconds = Gauge(
            "profilegraph_index_build_seconds",
            "How long the newest build of the index took.",
            registry=self.registry,
        )
        self.drops = Counter(
            "profilegraph_index_drops",
            "How often the index was dropped to be built anew.",
            ["reason"],
            registry=self.registry,
        )
        self.changes = Counter(
            "profilegraph_feed_changes",
            "Changes of the graph that this process has taken note of.",
            registry=self.registry,
        )
        self.look = Histogram(
            "profilegraph_feed_look_seconds",
            "How long one look at the feed takes, with reading what changed.",
            buckets=_QUICK,
            registry=self.registry,
        )
        self.answers = Counter(
            "profilegraph_answers",
            "Questions about filters, by what answered them.",
            ["engine"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
