"""What of requests is left to graphql-core can be watched, reason by reason."""

from __future__ import annotations

from profilegraph.api.runtime.fallbacks import FallbackReason, Fallbacks
from profilegraph.services.operations.metrics import Metrics


def test_the_metrics_tell_of_every_reason_and_count_as_they_are_read() -> None:
    fallbacks, metrics = Fallbacks(), Metrics()
    metrics.watch_fallbacks(fallbacks.counts)
    fallbacks.note(FallbackReason.VARIABLES, "Q")

    def told(reason: FallbackReason) -> float | None:
        labels = {"reason": reason.value}
        return metrics.registry.get_sample_value("profilegraph_graphql_fallbacks_total", labels)

    assert {reason: told(reason) for reason in FallbackReason} == {
        reason: 1.0 if reason is FallbackReason.VARIABLES else 0.0 for reason in FallbackReason
    }
    fallbacks.note(FallbackReason.VARIABLES, "Q")
    assert told(FallbackReason.VARIABLES) == 2.0
