"""A change of tags or dimensions in use, as GraphQL input: the JSON of the change with types."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import strawberry
from pydantic.alias_generators import to_camel
from strawberry import UNSET

from profilegraph.api.customers.inputs import LabelsInput
from profilegraph.api.runtime.definitions import input_type, one_of_input_type
from profilegraph.api.runtime.fields import optional
from profilegraph.api.segments.filters import FilterInput
from profilegraph.language.codec import encode
from profilegraph.language.nodes import Node

_TARGET = "A tag, `dimension/tag`, or a dimension."
_TAG = "Full key of the tag, `dimension/tag`."


@input_type
class RenameInput:
    """Another key, other labels, or both.

    The old key goes on being understood.
    """

    target: str = strawberry.field(description=_TARGET)
    key: str | None = optional("The new key; of a tag, within its dimension.")
    labels: LabelsInput | None = optional("The new name.")


@input_type
class MergeInput:
    """Several tags become one; their keys go on being understood as keys of that one."""

    tags: list[str] = strawberry.field(description="Full keys of the tags, `dimension/tag`.")
    into: str = strawberry.field(description="Full key of the tag that they become.")


@input_type
class SplitTargetInput:
    """A tag that takes over customers: one of the dimension, or a new one."""

    key: str | None = optional("Key within the dimension; made from the labels if left out.")
    labels: LabelsInput | None = optional("Name of a new tag.")


@input_type
class SplitInput:
    """The customers of a tag get a narrower one, by a filter.

    The tag stays, above the new ones, and so includes them: who asked for it gets the same
    customers.
    """

    tag: str = strawberry.field(description=_TAG)
    where: Node = strawberry.field(
        description="Who gets the first of the two.", graphql_type=FilterInput
    )
    into: SplitTargetInput = strawberry.field(description="What those get who match.")
    otherwise: SplitTargetInput | None = optional(
        "What the others get; left out, they keep the tag itself."
    )


@input_type
class MoveInput:
    """Another place.

    A tag has a parent, a dimension and a position, a dimension a folder and a taxonomy.
    """

    target: str = strawberry.field(description=_TARGET)
    parent: str | None = optional(
        "Key of the tag to be below, within the dimension; null for none."
    )
    dimension: str | None = optional("Key of the dimension to go to, with all tags below.")
    position: int | None = optional("Place among the tags of the dimension, from 0.")
    folder: str | None = optional("Names of folders with slashes between them; null for none.")
    taxonomy: str | None = optional("Key of the taxonomy to go to; one that people edit.")


@input_type
class DeprecateInput:
    """It should not be used any more, and goes on working."""

    target: str = strawberry.field(description=_TARGET)
    replaced_by: str | None = optional("Key of what to use instead.")
    reason: LabelsInput | None = optional("Why.")


@input_type
class DeleteInput:
    """It is gone.

    Taggings end, and filters that name it break; to keep both, merge it.
    """

    target: str = strawberry.field(description=_TARGET)


@one_of_input_type
class NewVersionInput:
    """Another version of a taxonomy that comes from a file or a plugin."""

    text: str | None = optional("The YAML of the file.")
    installed: str | None = optional("Key of a taxonomy that is installed.")


@one_of_input_type
class TaxonomyChangeInput:
    """One change: exactly one of the fields."""

    rename: RenameInput | None = optional("Another key or name.")
    merge: MergeInput | None = optional("Several tags become one.")
    split: SplitInput | None = optional("A tag is parted by a filter.")
    move: MoveInput | None = optional("Another place.")
    deprecate: DeprecateInput | None = optional("It should not be used any more.")
    delete: DeleteInput | None = optional("It is gone.")
    version: NewVersionInput | None = optional("Another version of a file.")


def change_json(value: Any) -> Any:
    """Return an input as the JSON of a change; what was left out is left out, null is null."""
    match value:
        case LabelsInput():
            return value.by_locale()
        case list():
            return [change_json(one) for one in value]
        case Enum() | str() | int() | None:
            return value
        case _ if type(value).__module__ == __name__ and is_dataclass(value):
            told = ((one.name, getattr(value, one.name)) for one in fields(value))
            return {to_camel(name): change_json(one) for name, one in told if one is not UNSET}
        case _:
            return encode(value)
