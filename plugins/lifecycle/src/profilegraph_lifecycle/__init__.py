"""The stage of a customer's life as a plugin, judged by the customer's own rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from profilegraph.hooks import Model, hookimpl
from profilegraph_lifecycle.model import Lifecycle, LifecycleOptions

__all__ = ["Lifecycle", "LifecycleOptions", "register_models"]


@hookimpl
def register_models() -> Sequence[Model[Any]]:
    """Return the one model, `lifecycle`."""
    return [Lifecycle()]
