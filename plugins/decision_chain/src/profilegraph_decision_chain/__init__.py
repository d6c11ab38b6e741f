"""The decision chain as a plugin: layers of the reporting lines, and who the core deciders are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from profilegraph.hooks import CustomerField, Model, hookimpl
from profilegraph_decision_chain.field import DecisionChainField
from profilegraph_decision_chain.model import DecisionChain, DecisionChainOptions

__all__ = [
    "DecisionChain",
    "DecisionChainField",
    "DecisionChainOptions",
    "register_customer_fields",
    "register_models",
    "register_taxonomies",
]


@hookimpl
def register_taxonomies() -> Sequence[Path]:
    """Return the file that declares the model's metrics."""
    return [Path(__file__).parent / "decision_chain.yaml"]


@hookimpl
def register_models() -> Sequence[Model[Any]]:
    """Return the one model, `decision_chain`."""
    return [DecisionChain()]


@hookimpl
def register_customer_fields() -> Sequence[CustomerField]:
    """Return the one field, `decisionChain`."""
    return [DecisionChainField()]
