"""Lead quality as a plugin: eight dimensions, sixteen indicators, one grade, each explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from profilegraph.hooks import CustomerField, Model, SegmentLeaf, hookimpl
from profilegraph_lead_quality.field import LeadScores
from profilegraph_lead_quality.indicators import Indicator
from profilegraph_lead_quality.leaf import LeadInput, LeadLeaf
from profilegraph_lead_quality.model import LeadQuality, LeadQualityOptions

__all__ = [
    "Indicator",
    "LeadInput",
    "LeadLeaf",
    "LeadQuality",
    "LeadQualityOptions",
    "LeadScores",
    "register_customer_fields",
    "register_leaves",
    "register_models",
]


@hookimpl
def register_models() -> Sequence[Model[Any]]:
    """Return the one model, `lead_quality`."""
    return [LeadQuality()]


@hookimpl
def register_leaves() -> Sequence[SegmentLeaf[Any]]:
    """Return the one condition, `lead`."""
    return [LeadLeaf()]


@hookimpl
def register_customer_fields() -> Sequence[CustomerField]:
    """Return the one field, `leadScores`."""
    return [LeadScores()]
