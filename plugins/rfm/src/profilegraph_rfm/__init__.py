"""RFM as a plugin: eight segments from recency, frequency and monetary value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from profilegraph.hooks import Model, hookimpl
from profilegraph_rfm.model import Rfm, RfmOptions
from profilegraph_rfm.threshold import Threshold

__all__ = ["Rfm", "RfmOptions", "Threshold", "register_models"]


@hookimpl
def register_models() -> Sequence[Model[Any]]:
    """Return the one model, `rfm`."""
    return [Rfm()]
