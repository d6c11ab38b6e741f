"""Expands a plugin's condition to the platform's own conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import InvalidFilter, PluginError
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker, PluginPart
from profilegraph.hooks.leaves import SegmentLeaf
from profilegraph.hooks.shapes import by_own_names
from profilegraph.language.codec import decode
from profilegraph.language.faults import FaultKind
from profilegraph.language.nodes import Node
from profilegraph.language.validation import faults

_OF_TAXONOMIES = frozenset(
    {
        FaultKind.DIMENSION_MISSING,
        FaultKind.TAG_MISSING,
        FaultKind.ATTRIBUTE_MISSING,
        FaultKind.METRIC_MISSING,
        FaultKind.EVENT_TYPE_MISSING,
        FaultKind.NOT_ORDERED,
        FaultKind.OTHER_TYPE,
    }
)
EXPAND_SECONDS = 1.0
"""The time limit for expanding a leaf."""


@dataclass(frozen=True)
class HostedLeaf:
    """A segment leaf of a plugin; its failures are attributed to the plugin."""

    leaf: SegmentLeaf[Any]
    part: PluginPart
    guard: CircuitBreaker
    catalogue: Catalogue | None = None
    """The catalogue against which its filters are validated; None skips the validation."""

    def expanded(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the canonical JSON of the filter to which the leaf expands for a value.

        Field names may be in camelCase. Raises InvalidFilter if the value is invalid, PluginError,
        which names the plugin, if it fails or returns no filter.
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
        """Return the plugin's filter as immutable JSON."""
        made: dict[str, Any] = json.loads(json.dumps(self.leaf.expand(asked)))
        try:
            node = decode(made)
        except InvalidFilter as error:
            raise PluginError(f"it expands to no filter: {error}") from error
        if self.catalogue is not None:
            self._require_known(node, asked, self.catalogue)
        return made

    def _require_known(self, node: Node, asked: BaseModel, catalogue: Catalogue) -> None:
        """Raise unless all definitions that a filter names exist; the error blames whoever named them."""
        named = set(_texts(asked.model_dump(mode="json")))
        for fault in faults(node, catalogue):
            if fault.kind not in _OF_TAXONOMIES or fault.key is None:
                continue
            if named & {fault.key, fault.key.rpartition("/")[2]}:
                raise InvalidFilter(fault.message, where=self.leaf.key, hint=fault.hint)
            raise PluginError(f"it expands to what no taxonomy in use has: {fault.message}")


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
