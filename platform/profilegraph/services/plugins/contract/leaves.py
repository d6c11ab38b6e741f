"""Checks that segment leaves expand to valid filters, the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel, ValidationError

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import ProfilegraphError
from profilegraph.hooks.hosting.expanding import HostedLeaf
from profilegraph.hooks.shapes import shape_of
from profilegraph.language.codec import decode
from profilegraph.language.nodes import Node
from profilegraph.language.validation import check
from profilegraph.rendering.languages import languages
from profilegraph.rendering.sentences import sentence
from profilegraph.services.plugins.contract.findings import ContractFinding

Example = Mapping[str, Any]
_TRIED: tuple[Any, ...] = (1, 0.5, 10, 100, "a", "1", True, date(2026, 1, 31), [1], [0.5], ["a"])
"""Candidate values, one of which usually fits a field."""


def leaf_findings(
    hosted: HostedLeaf, catalogue: Catalogue, examples: Sequence[Example] = ()
) -> Iterator[ContractFinding]:
    """Yield findings on the filters that a leaf makes of examples, by default of generated ones."""
    about = f"leaf {hosted.leaf.key}"
    asked = examples or list(examples_of(hosted.leaf.input))
    if not asked:
        advice = "Name examples in the tests: `leaf_examples`."
        yield ContractFinding(about, "no example of what it is asked could be made up.", advice)
    for example in asked:
        try:
            first, second = hosted.expanded(example), hosted.expanded(example)
            node = decode(first)
            check(node, catalogue)
            texts = [sentence(node, catalogue, locale) for locale in languages()]
        except ProfilegraphError as error:
            yield ContractFinding(about, f"asked {example}: {error.located_message}", error.hint)
            continue
        if first != second:
            advice = "Let `expand` depend on its argument alone."
            yield ContractFinding(about, f"asked {example} twice, it makes two filters.", advice)
        if not all(texts):
            yield ContractFinding(about, f"asked {example}, it says nothing.", "Make a condition.")


def expanded(
    hosted: HostedLeaf, examples: Sequence[Example] = ()
) -> Iterator[tuple[Example, Node]]:
    """Yield examples of a leaf's input with the filters that it makes of them."""
    for example in examples or list(examples_of(hosted.leaf.input)):
        yield example, decode(hosted.expanded(example))


def examples_of(model: type[BaseModel]) -> Iterator[Example]:
    """Yield examples that a class accepts: each field by itself, with the required ones."""
    values = {name: value for name, value in _values(model) if value is not None}
    needed = {
        name: values[name]
        for name, field in model.model_fields.items()
        if field.is_required() and name in values
    }
    seen: list[Example] = []
    for name, value in values.items():
        example = needed | {name: value}
        if _accepts(model, example) and example not in seen:
            seen.append(example)
            yield example


def _values(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        shape = shape_of(field.annotation)
        tried: list[Any] = list(_TRIED)
        if issubclass(shape.base, Enum):
            words = [one.value for one in shape.base]
            tried = [words[:1], words[0]]
        elif issubclass(shape.base, BaseModel):
            inner = next(examples_of(shape.base), {})
            tried = [[inner], inner]
        elif issubclass(shape.base, datetime):
            tried = [datetime(2026, 1, 31, tzinfo=UTC)]
        fitting = (value for value in tried if _fits(model, name, value))
        yield name, next(fitting, None)


def _fits(model: type[BaseModel], name: str, value: Any) -> bool:
    """Return whether no validation error of an example is about one field."""
    try:
        model.model_validate({name: value})
    except ValidationError as fault:
        return all(error["loc"][:1] not in {(name,), ()} for error in fault.errors())
    return True


def _accepts(model: type[BaseModel], example: Example) -> bool:
    try:
        model.model_validate(example)
    except ValidationError:
        return False
    return True
