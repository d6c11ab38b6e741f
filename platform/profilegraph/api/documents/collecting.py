"""Collects the documents of a front end into a manifest, each checked against the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    NameNode,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    Visitor,
    get_location,
    parse,
    print_ast,
    separate_operations,
    validate,
    visit,
)

from profilegraph.api.documents.templates import read_sources
from profilegraph.api.documents.trusted import document_id
from profilegraph.api.runtime import limits
from profilegraph.api.runtime.internals import core_schema
from profilegraph.api.runtime.operations import RULES, RunnableSchema
from profilegraph.errors import InvalidDocuments

_MOST_FAULTS = 100
_SET_RULES = tuple(rule for rule in RULES if rule is not NoUnusedFragmentsRule)
_TYPENAME = FieldNode(name=NameNode(value="__typename"))


@dataclass(frozen=True)
class DocumentManifest:
    """The documents of a front end: one for each operation, with the fragments that it uses."""

    documents: Mapping[str, str]
    """By id."""
    ids: Mapping[str, str]
    """By name of the operation."""


def collect(folder: Path, schema: RunnableSchema, *, typenames: bool = False) -> DocumentManifest:
    """Return the manifest of a folder's documents.

    With `typenames`, each object is asked for its `__typename`, as clients with a normalised cache
    do. Raises InvalidDocuments, which says of each fault in which file and line it is.
    """
    faults: list[str] = []
    definitions: list[DefinitionNode] = []
    for source in read_sources(folder):
        try:
            definitions += parse(source).definitions
        except GraphQLError as error:
            faults.append(_located(error))
    whole = DocumentNode(definitions=tuple(definitions))
    if not faults:
        faults = [*_unnamed(definitions), *_invalid(whole, schema)]
    if not faults and typenames:
        whole = visit(whole, _Typenames())
    operations = {} if faults else separate_operations(whole)
    for name, document in operations.items():
        faults += [f"{_place_of(name, definitions)}{one}" for one in _excess(document)]
    if not faults and not operations:
        faults = [f"{folder}: no operation is in a .graphql, .gql, .ts or .tsx file."]
    if faults:
        raise InvalidDocuments(faults)
    texts = {name: print_ast(document) for name, document in operations.items()}
    ids = {name: document_id(texts[name]) for name in sorted(texts)}
    return DocumentManifest({ids[name]: texts[name] for name in ids}, ids)


def _unnamed(definitions: Iterable[DefinitionNode]) -> Iterator[str]:
    for one in definitions:
        if isinstance(one, OperationDefinitionNode) and one.name is None:
            yield f"{_place(one)}: an operation needs a name."


def _invalid(whole: DocumentNode, schema: RunnableSchema) -> Iterator[str]:
    for error in validate(core_schema(schema), whole, _SET_RULES, max_errors=_MOST_FAULTS):
        yield _located(error)


def _excess(document: DocumentNode) -> Iterator[str]:
    for error in limits.refusals(document):
        yield error.message
    if len(print_ast(document)) > limits.MAX_CHARACTERS:
        yield f"The query has more than {limits.MAX_CHARACTERS} characters."


def _place_of(name: str, definitions: Iterable[DefinitionNode]) -> str:
    for one in definitions:
        if isinstance(one, OperationDefinitionNode) and one.name and one.name.value == name:
            return f"{_place(one)}: {name}: "
    return ""


def _located(error: GraphQLError) -> str:
    if error.source is None or not error.positions:
        return error.message
    return f"{_line(error.source, next(iter(error.positions)))}: {error.message}"


def _place(node: DefinitionNode) -> str:
    assert node.loc is not None  # noqa: S101  (it was parsed with locations)
    return _line(node.loc.source, node.loc.start)


def _line(source: Source, position: int) -> str:
    """Return the file and line of a position, as editors open them."""
    line = get_location(source, position).line + source.location_offset.line - 1
    return f"{source.name}:{line}"


class _Typenames(Visitor):
    """Asks every object but the root for its `__typename`."""

    def leave_selection_set(self, node: SelectionSetNode, _: Any, parent: Any, *__: Any) -> Any:
        """Return the selection with the field, unless it has it."""
        named = any(
            isinstance(one, FieldNode) and one.alias is None and one.name.value == "__typename"
            for one in node.selections
        )
        if named or isinstance(parent, OperationDefinitionNode):
            return None
        return SelectionSetNode(selections=(*node.selections, _TYPENAME))
