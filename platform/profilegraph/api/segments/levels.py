"""GraphQL inputs of the levels by which customers are split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from profilegraph.api.runtime.definitions import input_type, one_of_input_type
from profilegraph.api.runtime.fields import optional, parse_with
from profilegraph.api.segments.filters import FilterInputs, WindowInput, canonical
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.codec import Conditions
from profilegraph.language.nodes import Node, Window
from profilegraph.rendering.bucketing import Bucketing, parting

_BOUNDS = "Where the bands begin, upwards: below the first, from each to the next, from the last."


@input_type
class BandsInput:
    """Bands of an attribute or a metric."""

    key: str = strawberry.field(description="Key of the attribute or the metric.")
    bounds: list[float] | None = optional(f"{_BOUNDS} Leave them out for an attribute of booleans.")


@input_type
class EventBandsInput:
    """Bands of the number of events, or of the sum of their amounts."""

    type: str = strawberry.field(description="Key of the event type.")
    bounds: list[float] = strawberry.field(description=_BOUNDS)
    window: Window | None = optional(
        "The window; by default at any time.", graphql_type=WindowInput | None
    )


@parse_with(lambda value, _: canonical(value))
@one_of_input_type
class LevelInput:
    """How customers are split: exactly one of the fields.

    Customers in no part (without a tag of the dimension, or without a value) are the last part.
    """

    dimension: str | None = optional("By the tags of a dimension, by its key.")
    attribute: BandsInput | None = optional("By an attribute: bands of a number, or a boolean.")
    metric: BandsInput | None = optional("By bands of a metric.")
    event_count: EventBandsInput | None = optional("By the number of events of a type.")
    event_total: EventBandsInput | None = optional("By the sum of the amounts of events.")
    filters: list[Node] | None = optional(
        "By filters of your own; they may overlap.", graphql_type=FilterInputs | None
    )


def partings(
    levels: Sequence[Mapping[str, Any]], catalogue: Catalogue, conditions: Conditions
) -> list[Bucketing]:
    """Return the partings that inputs stand for; raises InvalidInput, InvalidFilter, NotFound."""
    return [parting(level, catalogue, conditions) for level in levels]
