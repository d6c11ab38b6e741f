"""Limits of a GraphQL document, measured before any other rule walks it.

Fragments let a small text ask for much: each fragment is therefore measured once, and its measure
is added at every spread. The work is proportional to the text, whatever it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_TOKENS = 2_000
MAX_CHARACTERS = 100_000
MAX_OPERATIONS = 20
MAX_COMPARISONS = 5_000
"""Pairs of fields with one name, or of fragments, in one selection: GraphQL's rules compare each pair."""
CODE = "QUERY_TOO_LARGE"
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True)
class Measure:
    """The size of a document, or of a part of it, with its fragments expanded."""

    depth: int = 0
    """Depth of fields; introspection, which reads no data, counts as one level."""
    root_fields: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0


LIMITS = Measure(depth=10, root_fields=10, fields=2_000, aliases=30, directives=50)
_WORDS = {
    "depth": "levels of fields",
    "root_fields": "root fields",
    "fields": "fields",
    "aliases": "aliases",
    "directives": "directives",
}


@dataclass(frozen=True)
class _Part:
    """One definition alone, and the fragments it spreads, with their depth (None: not counted)."""

    own: Measure
    spreads: tuple[tuple[str, int | None], ...]


def refusals(document: DocumentNode, limits: Measure = LIMITS) -> list[GraphQLError]:
    """Return an error for each limit that an operation of the document exceeds.

    A spread of an unknown fragment counts nothing: validation reports it.
    """
    fragments = {
        node.name.value: _part(node)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    try:
        measures = _measures(fragments)
    except CycleError as fault:
        circle = " → ".join(reversed(fault.args[1]))
        return [GraphQLError(f"Fragments spread each other in a circle: {circle}.")]
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) > MAX_OPERATIONS:
        return [_more_than(MAX_OPERATIONS, "operations")]
    found = [error for one in operations for error in _excess(_total(_part(one), measures), limits)]
    if not found and _comparisons(document) > MAX_COMPARISONS:
        found.append(_more_than(MAX_COMPARISONS, "pairs of fields of one name in one place"))
    return found


def _comparisons(document: DocumentNode) -> int:
    """Return how many pairs GraphQL's rules compare in a document, or that they are too many.

    It must be within the other limits: the work is proportional to its expanded size.
    """
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    unspread = dict(fragments)
    found = 0
    places = [
        [one.selection_set]
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    ]
    # Rules go through fragments that nothing spreads as well.
    while found <= MAX_COMPARISONS and (places or unspread):
        if not places:
            places.append([unspread.popitem()[1].selection_set])
        fields, spread = _gathered(places.pop(), fragments)
        for name in spread:
            unspread.pop(name, None)
        sizes = [len(spread), *map(len, fields)]
        found += sum(size * (size - 1) // 2 for size in sizes)
        inner = ([one.selection_set for one in some if one.selection_set] for some in fields)
        places += filter(None, inner)
    return found


def _gathered(
    sets: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[list[list[FieldNode]], set[str]]:
    """Return the fields of one selection by response name, and the fragments spread there."""
    fields: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()
    while sets:
        for node in sets.pop().selections:
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                sets.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                if node.name.value in fragments:
                    sets.append(fragments[node.name.value].selection_set)
    return list(fields.values()), spread


def _measures(fragments: Mapping[str, _Part]) -> dict[str, Measure]:
    order = TopologicalSorter(
        {name: [spread for spread, _ in part.spreads] for name, part in fragments.items()}
    ).static_order()
    measures: dict[str, Measure] = {}
    for name in order:
        measures[name] = _total(fragments[name], measures) if name in fragments else Measure()
    return measures


def _part(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Part:
    depth = root_fields = fields = aliases = 0
    directives = len(definition.directives or ())
    spreads: list[tuple[str, int | None]] = []
    stack: list[tuple[SelectionSetNode, int | None]] = [(definition.selection_set, 0)]
    while stack:
        selections, level = stack.pop()
        for node in selections.selections:
            directives += len(node.directives or ())
            if isinstance(node, FragmentSpreadNode):
                spreads.append((node.name.value, level))
                continue
            inside = level
            if isinstance(node, FieldNode):
                fields += 1
                aliases += node.alias is not None
                root_fields += level == 0
                inside = None if level is None else level + 1
                depth = max(depth, inside or 0)
                if node.name.value in INTROSPECTION:
                    inside = None
            if nested := getattr(node, "selection_set", None):
                stack.append((nested, inside))
    return _Part(Measure(depth, root_fields, fields, aliases, directives), tuple(spreads))


def _total(part: _Part, measures: Mapping[str, Measure]) -> Measure:
    own = part.own
    spread = [(measures.get(name, Measure()), level) for name, level in part.spreads]
    return Measure(
        depth=max([own.depth, *(m.depth + level for m, level in spread if level is not None)]),
        root_fields=own.root_fields + sum(m.root_fields for m, level in spread if level == 0),
        fields=own.fields + sum(m.fields for m, _ in spread),
        aliases=own.aliases + sum(m.aliases for m, _ in spread),
        directives=own.directives + sum(m.directives for m, _ in spread),
    )


def _excess(measure: Measure, limits: Measure) -> list[GraphQLError]:
    return [
        _more_than(most, _WORDS[name])
        for name, most in vars(limits).items()
        if getattr(measure, name) > most
    ]


def _more_than(most: int, what: str) -> GraphQLError:
    return GraphQLError(
        f"The query has more than {most} {what}. Ask in several requests.",
        extensions={"code": CODE},
    )
