"""Whether taxonomies are compatible: unique keys, existing bases, existing replacements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

from profilegraph.domain.taxonomy.definition import (
    Addition,
    Definition,
    Dimension,
    Kind,
    Tag,
    Taxonomy,
)
from profilegraph.domain.taxonomy.rules import field_name, parent_faults, repeated
from profilegraph.nearest import meant

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Incompatibility:
    """Why a taxonomy is incompatible with others; `path` is the part of its file."""

    taxonomy: str
    path: Path
    message: str
    hint: str
    other: str | None = None
    """Key of the other taxonomy, if there is one."""


class PlacedDefinition(NamedTuple):
    """A definition with its kind, its key (for a tag with its dimension) and its place."""

    kind: Kind
    key: str
    taxonomy: str
    path: Path
    definition: Definition


def bases_first(taxonomies: Iterable[Taxonomy]) -> list[Taxonomy]:
    """Return the taxonomies in dependency order, otherwise in the given order."""
    waiting = list(taxonomies)
    found: list[Taxonomy] = []
    while waiting:
        keys = {one.key for one in waiting}
        ready = [one for one in waiting if not keys & (one.extends.keys() - {one.key})]
        found += ready or waiting  # those that extend each other in a circle are left
        waiting = [one for one in waiting if ready and one not in ready]
    return found


def with_current_keys(taxonomies: Iterable[Taxonomy]) -> list[Taxonomy]:
    """Return the taxonomies with the current keys of others in what they add to them."""
    found = list(taxonomies)
    own = [one for taxonomy in found for one in taxonomy.dimensions]
    places = {name: one for one in own for name in one.aliases} | {one.key: one for one in own}
    return [
        one.model_copy(
            update={"additions": tuple(_with_current_keys(a, places) for a in one.additions)}
        )
        if one.additions
        else one
        for one in found
    ]


def _with_current_keys(addition: Addition, places: Mapping[str, Dimension]) -> Addition:
    home = places.get(addition.dimension)
    if home is None:
        return addition
    names = {alias: tag.key for tag in home.tags for alias in tag.aliases}
    for tag in (*home.tags, *addition.tags):
        names.pop(tag.key, None)
    tags = tuple(
        tag.model_copy(update={"parent": names[tag.parent]}) if tag.parent in names else tag
        for tag in addition.tags
    )
    return addition.model_copy(update={"dimension": home.key, "tags": tags})


def merged(taxonomies: Iterable[Taxonomy]) -> Iterator[tuple[Taxonomy, Dimension]]:
    """Yield each dimension with its taxonomy, including the tags that others add to it."""
    found = with_current_keys(taxonomies)
    added: dict[str, list[Tag]] = {}
    for one in sorted(found, key=lambda taxonomy: taxonomy.key):
        for addition in one.additions:
            added.setdefault(addition.dimension, []).extend(addition.tags)
    for one in found:
        for dimension in one.dimensions:
            more = added.get(dimension.key, [])
            tags = (*dimension.tags, *more)
            yield one, dimension.model_copy(update={"tags": tags}) if more else dimension


def incompatibilities(taxonomies: Sequence[Taxonomy]) -> list[Incompatibility]:
    """Return everything that makes these taxonomies incompatible."""
    found = with_current_keys(taxonomies)
    definitions = list(definitions_of(found))
    bases = [*_bases(found), *_added(found)]
    rest = bases or _unnamed(found, definitions)
    return [*_doubles(definitions), *_aliases(definitions), *rest]


def definitions_of(taxonomies: Iterable[Taxonomy]) -> Iterator[PlacedDefinition]:
    """Yield every definition of some taxonomies."""
    for one in taxonomies:
        for index, dimension in enumerate(one.dimensions):
            path: Path = ("dimensions", index)
            yield PlacedDefinition(Kind.DIMENSION, dimension.key, one.key, path, dimension)
            yield from _tags(one, dimension.key, dimension.tags, path)
        for index, addition in enumerate(one.additions):
            yield from _tags(one, addition.dimension, addition.tags, ("additions", index))
        for kind, name, definitions in (
            (Kind.ATTRIBUTE, "attributes", one.attributes),
            (Kind.EVENT, "events", one.events),
            (Kind.METRIC, "metrics", one.metrics),
        ):
            for index, definition in enumerate(definitions):
                yield PlacedDefinition(kind, definition.key, one.key, (name, index), definition)


def former_keys(
    definitions: Iterable[PlacedDefinition],
) -> Iterator[tuple[Kind, str, PlacedDefinition]]:
    """Yield each former key of a definition, for a tag with its dimension."""
    for place in definitions:
        match place.definition:
            case Dimension(aliases=aliases):
                yield from ((place.kind, alias, place) for alias in aliases)
            case Tag(aliases=aliases):
                holder = place.key.partition("/")[0]
                for alias in aliases:
                    yield place.kind, alias if "/" in alias else f"{holder}/{alias}", place


NAMES: Mapping[Kind, str] = {
    Kind.DIMENSION: "dimension",
    Kind.TAG: "tag",
    Kind.ATTRIBUTE: "attribute",
    Kind.EVENT: "event type",
    Kind.METRIC: "metric",
}
"""The name of each kind of definition."""


def _tags(
    taxonomy: Taxonomy, dimension: str, tags: Iterable[Tag], path: Path
) -> Iterator[PlacedDefinition]:
    for index, tag in enumerate(tags):
        place = (*path, "tags", index)
        yield PlacedDefinition(Kind.TAG, f"{dimension}/{tag.key}", taxonomy.key, place, tag)


def _doubles(definitions: Iterable[PlacedDefinition]) -> Iterator[Incompatibility]:
    """Yield the keys, and the names in the API, that two definitions share."""
    owners: dict[tuple[Kind, str], str] = {}
    fields: dict[str, str] = {}
    for one in definitions:
        owner = owners.setdefault((one.kind, one.key), one.taxonomy)
        other = owner if owner != one.taxonomy else None
        if other is not None:
            what = f"the taxonomies {owner!r} and {one.taxonomy!r} both define"
            what = f"{what} the {NAMES[one.kind]} {one.key!r}."
        elif (
            one.kind is Kind.DIMENSION
            and fields.setdefault(name := field_name(one.key), one.key) != one.key
        ):
            what = (
                f"the dimensions {fields[name]!r} and {one.key!r} are one name in the API: {name}."
            )
        else:
            continue
        yield Incompatibility(one.taxonomy, one.path, what, "Rename one of the two.", other)


def _aliases(definitions: Sequence[PlacedDefinition]) -> Iterator[Incompatibility]:
    """Yield the aliases that are, or were, keys of other definitions."""
    known = {(one.kind, one.key): one.key for one in definitions}
    for kind, alias, place in former_keys(definitions):
        other = known.setdefault((kind, alias), place.key)
        if other != place.key:
            what = f"{alias!r} is an alias of the {NAMES[kind]} {place.key!r}, and means {other!r} already."
            yield Incompatibility(
                place.taxonomy, (*place.path, "aliases"), what, "Remove the alias."
            )


def _bases(taxonomies: Sequence[Taxonomy]) -> Iterator[Incompatibility]:
    known = {one.key: one for one in taxonomies}
    for one in taxonomies:
        for base, versions in one.extends.items():
            found = known.get(base)
            if found is None:
                what = f"the taxonomy {one.key!r} extends {base!r}, which is not there."
                hint = meant(base, known.keys() - {one.key}) or f"Install {base!r} first."
            elif not SpecifierSet(versions).contains(found.version, prereleases=True):
                what = (
                    f"the taxonomy {one.key!r} extends {base!r} {versions},"
                    f" and {base!r} is {found.version}."
                )
                hint = "Install a version that fits, or widen the range."
            elif one.key in _extended(base, known):
                what = f"the taxonomies {one.key!r} and {base!r} extend each other."
                hint = "Remove one of the two."
            else:
                continue
            yield Incompatibility(one.key, ("extends", base), what, hint)


def _extended(key: str, known: Mapping[str, Taxonomy]) -> set[str]:
    """Return the keys of all taxonomies that one extends, directly or indirectly, and its own."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += known[one].extends if one in known else ()
    return found


def _added(taxonomies: Sequence[Taxonomy]) -> Iterator[Incompatibility]:
    """Yield why additions cannot become part of their dimensions."""
    homes = {d.key: (one, d) for one in taxonomies for d in one.dimensions}
    whole = {dimension.key: dimension for _, dimension in merged(taxonomies)}
    for one in taxonomies:
        mine = {key: d for key, (owner, d) in homes.items() if owner.key in one.extends}
        for index, addition in enumerate(one.additions):
            path: Path = ("additions", index)
            target = mine.get(addition.dimension)
            if target is None:
                what = (
                    f"{one.key!r} adds tags to the dimension {addition.dimension!r},"
                    " which no taxonomy that it extends has."
                )
                hint = meant(addition.dimension, mine) or "Name its taxonomy in `extends`."
                yield Incompatibility(one.key, (*path, "dimension"), what, hint)
            elif target.ordered:
                what = f"{one.key!r} adds tags to {addition.dimension!r}, which is ordered."
                hint = "An order is its own taxonomy's to give: add a dimension of your own."
                yield Incompatibility(one.key, (*path, "dimension"), what, hint)
            else:
                yield from _joined(one, addition, path, whole[addition.dimension])


def _joined(
    one: Taxonomy, addition: Addition, path: Path, whole: Dimension
) -> Iterator[Incompatibility]:
    """Yield the added tags whose parent or label conflicts with the dimension."""
    known = {tag.key: tag.parent for tag in whole.tags}
    faults = parent_faults(known)
    twice = set(repeated(one for tag in whole.tags for one in tag.labels.by_locale.items()))
    for index, tag in enumerate(addition.tags):
        place = (*path, "tags", index)
        if tag.key in faults:
            hint = meant(str(tag.parent), known) or "Name a tag of the dimension."
            yield Incompatibility(one.key, (*place, "parent"), f"{faults[tag.key]}.", hint)
        for language, label in tag.labels.by_locale.items():
            if (language, label) in twice:
                what = f"two tags of {whole.key!r} are both called {label!r}."
                hint = "People cannot tell the two apart: say more in one of them."
                yield Incompatibility(one.key, (*place, "labels", language), what, hint)


def _unnamed(
    taxonomies: Sequence[Taxonomy], definitions: Sequence[PlacedDefinition]
) -> Iterator[Incompatibility]:
    """Yield the replacements that do not exist."""
    known: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for one in definitions:
        known[one.kind].add(one.key)
    for one in definitions:
        if (gone := one.definition.deprecated) is not None and gone.replaced_by is not None:
            path = (*one.path, "deprecated", "replacedBy")
            yield from _replacement(one.kind, one.key, gone.replaced_by, known, one.taxonomy, path)
    for taxonomy in taxonomies:
        for index, left in enumerate(taxonomy.removed):
            path = ("removed", index, "replacedBy")
            if left.replaced_by is not None:
                yield from _replacement(
                    left.kind, left.key, left.replaced_by, known, taxonomy.key, path
                )


def _replacement(
    kind: Kind, key: str, other: str, known: Mapping[Kind, set[str]], taxonomy: str, path: Path
) -> Iterator[Incompatibility]:
    if other == key or other not in known[kind]:
        why = "itself" if other == key else f"the {NAMES[kind]} {other!r}, which does not exist"
        hint = meant(other, known[kind] - {key}) or "Name one that exists."
        yield Incompatibility(
            taxonomy, path, f"the {NAMES[kind]} {key!r} is replaced by {why}.", hint
        )


def incompatible(
    wanted: Sequence[Taxonomy], known: Iterable[Taxonomy] = ()
) -> dict[str, Incompatibility]:
    """Return why some of the `wanted` taxonomies are incompatible with the `known` ones, by key.

    Known taxonomies take precedence, and of two wanted ones the earlier.
    """
    taken = {one.key: one for one in known}
    if not incompatibilities([*(taken | {one.key: one for one in wanted}).values()]):
        return {}
    left: dict[str, Incompatibility] = {}
    for one in bases_first(wanted):
        wrong = incompatibilities([*{**taken, one.key: one}.values()])
        if wrong:
            left[one.key] = next((two for two in wrong if two.taxonomy == one.key), wrong[0])
        else:
            taken[one.key] = one
    return left


def describe_incompatibility(
    left: Taxonomy, incompatibility: Incompatibility, plugins: Mapping[str, str]
) -> str:
    """Return as a sentence why a taxonomy is disabled; `plugins` name who provides each, by key."""
    told = f"the taxonomy {left.key!r} {left.version} is not in use: {incompatibility.message} {incompatibility.hint}"
    if incompatibility.other is None:
        return told
    plugin = plugins.get(incompatibility.other)
    place = "which is in the graph" if plugin is None else f"of the plugin {plugin!r}"
    return f"{told} {incompatibility.other!r}, {place}, stays in use."
