"""Inputs of the mutations on taxonomies, dimensions and tags."""

from __future__ import annotations

from typing import Any

import strawberry

from profilegraph.api.customers.inputs import LabelsInput, values
from profilegraph.api.runtime.definitions import input_type
from profilegraph.api.runtime.enums import Cardinality, Layer
from profilegraph.api.runtime.fields import optional

_SEEN = (
    "Version of the taxonomy that you have seen. With it, the edit is refused where somebody else"
    " has edited the taxonomy since."
)
_NEW_KEY = (
    "Key: a–z, 0–9 and _. Left out, a new one is made from the labels, whatever their script."
)


@input_type
class SaveTaxonomyInput:
    """A taxonomy that people edit; an omitted field stays unchanged, null clears it."""

    key: str | None = optional(_NEW_KEY)
    labels: LabelsInput | None = optional("Its name; required for a new one.")
    description: LabelsInput | None = optional("What it is about.")
    owner: str | None = optional("Key of the employee who is responsible for it.")
    seen_version: str | None = optional(_SEEN)


@input_type
class SaveDimensionInput:
    """A dimension of a taxonomy that people edit.

    An omitted field stays unchanged; null clears it.
    """

    taxonomy: str | None = optional("Key of the taxonomy to make it in; needed for a new one.")
    key: str | None = optional(_NEW_KEY)
    labels: LabelsInput | None = optional("Its name; required for a new one.")
    description: LabelsInput | None = optional("What it tells.")
    owner: str | None = optional("Key of the employee who is responsible for it.")
    folder: str | None = optional("Its folder: names separated by slashes.")
    cardinality: Cardinality | None = optional("For a new one; by default MULTI.")
    ordered: bool | None = optional(
        "For a new one: whether its tags are ordered from the least to the greatest."
    )
    layer: Layer | None = optional("Which question it answers.")
    ttl_days: int | None = optional("Days after which its tags expire.")
    unit: str | None = optional("What its tags measure, such as people or CNY.")
    seen_version: str | None = optional(_SEEN)


@input_type
class SaveTagInput:
    """A tag of a dimension that people edit; an omitted field stays unchanged, null clears it."""

    dimension: str = strawberry.field(description="Key of the dimension.")
    name: str | None = optional(f"{_NEW_KEY} Within the dimension: `vip`, not `level/vip`.")
    labels: LabelsInput | None = optional("Its name; required for a new one.")
    description: LabelsInput | None = optional("What it means.")
    owner: str | None = optional("Key of the employee who is responsible for it.")
    parent: str | None = optional("For a new one: its parent tag in the dimension.")
    position: int | None = optional("For a new one: its index among the dimension's tags.")
    seen_version: str | None = optional(_SEEN)


_CANNOT_BE_CLEARED = ("labels", "cardinality", "ordered", "position")


def described(given_input: object, *apart: str) -> dict[str, Any]:
    """Return the values of an input, by field, but for those that say which definition is meant."""
    found = {}
    for name, value in values(given_input).items():
        if name in (*apart, "seen_version") or (value is None and name in _CANNOT_BE_CLEARED):
            continue
        found[name] = value.labels() if isinstance(value, LabelsInput) else value
    return found
