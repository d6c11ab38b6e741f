"""From a plugin's condition to the platform's own conditions that it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from profilegraph.domain.refusals import reason, reasons
from profilegraph.errors import InvalidFilter, PluginError
from profilegraph.hooks.guard import Guard, Part
from profilegraph.hooks.leaves import SegmentLeaf
from profilegraph.hooks.shapes import by_own_names
from profilegraph.segments.codec import decode

EXPAND_SECONDS = 1.0
"""How long a leaf may take to expand: a filter is being read meanwhile."""


@dataclass(frozen=True)
class HostedLeaf:
    """A segment leaf of a plugin, whose failures are the plugin's."""

    leaf: SegmentLeaf[Any]
    part: Part
    guard: Guard

    def expanded(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the filter, as canonical JSON, that the leaf stands for with what is asked.

        The names of fields may be in camelCase. Raises InvalidFilter where the leaf cannot be asked
        that, PluginError that names the plugin where it fails or makes no filter.
        """
        return self.guard.call(self.part, EXPAND_SECONDS, lambda: self._made(self._asked(value)))

    def _asked(self, value: Mapping[str, Any]) -> BaseModel:
        model: type[BaseModel] = self.leaf.input
        try:
            return model.model_validate(by_own_names(model, value))
        except ValidationError as fault:
            told = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {reason(e, model.model_fields)}"
                for e in reasons(fault)
            )
            known = ", ".join(model.model_fields) or "none"
            raise InvalidFilter(told, where=self.leaf.key, hint=f"Its fields: {known}.") from fault

    def _made(self, asked: BaseModel) -> dict[str, Any]:
        """Return what the plugin makes, as plain JSON that cannot change any more."""
        made: dict[str, Any] = json.loads(json.dumps(self.leaf.expand(asked)))
        try:
            decode(made)
        except InvalidFilter as error:
            raise PluginError(f"it expands to no filter: {error}") from error
        return made
