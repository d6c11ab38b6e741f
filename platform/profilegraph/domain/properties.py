"""The property names of attributes and metrics on a customer's node.

The prefixes keep a taxonomy's keys apart from the graph's own; a name made here travels to the
database as a parameter, never as text of a query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ATTRIBUTE_PREFIX = "attribute_"
METRIC_PREFIX = "metric_"


def attribute_property(key: str) -> str:
    """Return the property of an attribute."""
    return ATTRIBUTE_PREFIX + key


def metric_property(key: str) -> str:
    """Return the property of a metric."""
    return METRIC_PREFIX + key


def prefixed(prefix: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties whose names begin with a prefix, by the rest of their names."""
    return {
        name.removeprefix(prefix): value
        for name, value in properties.items()
        if name.startswith(prefix)
    }
