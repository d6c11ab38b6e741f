"""Whether a taxonomy file may follow an earlier version: removed definitions, and the version number."""

from __future__ import annotations

from collections.abc import Iterable

from profilegraph.domain.taxonomy.compatibility import NAMES, definitions_of
from profilegraph.domain.taxonomy.definition import Definition, Kind, Taxonomy
from profilegraph.domain.taxonomy.difference import (
    DefinitionChange,
    DefinitionDifference,
    VersionComparison,
    compare,
    numbers,
)
from profilegraph.importers.taxonomies.files import TaxonomySource
from profilegraph.importers.taxonomies.located_yaml import Path
from profilegraph.importers.taxonomies.structure import PARTS


def version_faults(source: TaxonomySource, old: Taxonomy) -> list[str]:
    """Return what keeps a file from being the next version of `old`, each as `file:line:column:`."""
    if source.taxonomy.key != old.key:
        what = f"`key` is {source.taxonomy.key!r}, and the earlier version is of {old.key!r}"
        return [source.fault(("key",), f"{what}; name two files of one taxonomy")]
    found = compare(old, source.taxonomy)
    return [*vanished_faults(source, old), *_number(source, found)]


def vanished_faults(source: TaxonomySource, old: Taxonomy) -> list[str]:
    """Return the definitions of `old` that the file neither has nor mentions, with what to write."""
    found = compare(old, source.taxonomy)
    return [_vanished(source, old, one, found.changes) for one in found.vanished]


def _number(source: TaxonomySource, found: VersionComparison) -> Iterable[str]:
    said = f"`version` is {found.new}"
    if numbers(found.new) < numbers(found.old):
        yield source.fault(("version",), f"{said}, before {found.old}; a version only grows")
    elif not found.version_fits:
        largest = max(found.changes, key=lambda change: change.step)
        what = f"{said}, and since {found.old} {largest}; it must be at least {found.least_version}"
        yield source.fault(("version",), what)


def _vanished(
    source: TaxonomySource,
    old: Taxonomy,
    gone: DefinitionChange,
    changes: Iterable[DefinitionChange],
) -> str:
    kind, key = gone.kind or Kind.DIMENSION, gone.key
    advice = f"say so under `removed`: - {{kind: {kind}, key: {key}}}"
    if kind in (Kind.DIMENSION, Kind.TAG):
        name = key.partition("/")[2] or key
        heir = _heir(source.taxonomy, old, gone, changes)
        now = "has another key" if heir is None else f"is {heir!r}"
        advice = f"if it {now} now, write `aliases: [{name}]` there; else {advice}"
    what = f"the {NAMES[kind]} {key!r} of version {old.version} is gone; {advice}"
    return source.fault(_place(source.taxonomy, kind, key), what)


def _heir(
    new: Taxonomy, old: Taxonomy, gone: DefinitionChange, changes: Iterable[DefinitionChange]
) -> str | None:
    """Return the new definition with the label of a removed one, in any language."""
    labels = _definition(old, gone.kind, gone.key).labels
    for one in changes:
        if (
            one.what is DefinitionDifference.ADDED
            and one.kind is gone.kind
            and _sibling(one.key, gone.key)
        ):
            found = _definition(new, one.kind, one.key).labels
            if found.by_locale.items() & labels.by_locale.items():
                return one.key
    return None


def _sibling(key: str, other: str) -> bool:
    return "/" not in key or key.partition("/")[0] == other.partition("/")[0]


def _definition(taxonomy: Taxonomy, kind: Kind | None, key: str) -> Definition:
    found = (one for one in definitions_of([taxonomy]) if (one.kind, one.key) == (kind, key))
    return next(found).definition


def _place(new: Taxonomy, kind: Kind, key: str) -> Path:
    """Return the path at which the file would define a removed definition."""
    if kind is not Kind.TAG:
        return (PARTS[kind],)
    holder = key.partition("/")[0]
    for index, dimension in enumerate(new.dimensions):
        if holder in (dimension.key, *dimension.aliases):
            return ("dimensions", index, "tags")
    return ("additions",)
