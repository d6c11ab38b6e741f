"""Edits of taxonomies as pure functions: what people make, describe, rename, join and take away.

A function takes all taxonomies by key and returns those that differ afterwards, in the order in
which they are to be written, and what becomes of the taggings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import ValidationError

from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy.definition import (
    Cardinality,
    Definition,
    Dimension,
    Tag,
    Taxonomy,
)
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, InvalidInput, NotFound

World = Mapping[str, Taxonomy]
"""All taxonomies, by key."""
D = TypeVar("D", bound=Definition)
_LONGEST = 40


@dataclass(frozen=True)
class Edited:
    """Taxonomies after an edit, and what becomes of the taggings of tags that are no more."""

    world: World
    moves: Mapping[str, str | None]
    """Of full tag keys, the tag that its taggings go to; None where they end."""
    dimensions: Mapping[str, str]
    """Of each dimension that was renamed, its new key, by the old one."""


def editable(world: World, key: str) -> Taxonomy:
    """Return a taxonomy that people change; raises NotFound, or Conflict that says what to do."""
    if key not in world:
        raise NotFound(f"no taxonomy is called {key!r}.", hint="`saveTaxonomy` makes one.")
    if not world[key].editable:
        raise Conflict(
            f"the taxonomy {key!r} comes from a file or a plugin; it is changed there.",
            hint="Change the file and plan its new version (`version` in planTaxonomyChange), or"
            " make what you need in a taxonomy of your own (saveTaxonomy).",
        )
    return world[key]


def home(world: World, dimension: str) -> tuple[Taxonomy, Dimension]:
    """Return a dimension with the taxonomy that it is in; raises NotFound."""
    # Looked for in the definitions first: between two edits, taxonomies need not fit together.
    places = {d.key: (t, d) for t in world.values() for d in t.dimensions}
    if dimension not in places:
        dimension = Catalogue.of(world.values()).dimension(dimension).key
    return places[dimension]


def open_home(world: World, dimension: str) -> tuple[Taxonomy, Dimension]:
    """Return a dimension that people may change, with its taxonomy; raises NotFound, Conflict."""
    taxonomy, found = home(world, dimension)
    return editable(world, taxonomy.key), found


def located(world: World, key: str) -> tuple[Dimension, Tag]:
    """Return the dimension of a tag that people may change, by its full key, and the tag.

    Raises NotFound, Conflict.
    """
    for taxonomy in world.values():
        for dimension in taxonomy.dimensions:
            for tag in dimension.tags:
                if tag_key(dimension.key, tag.key) == key:
                    editable(world, taxonomy.key)
                    return dimension, tag
    catalogue = Catalogue.of(world.values())
    catalogue.tag(key)
    current = catalogue.current_tag(key)
    _, dimension = open_home(world, current.partition("/")[0])
    if current != key and current.partition("/")[2] in {tag.key for tag in dimension.tags}:
        return located(world, current)
    raise Conflict(
        f"the tag {key!r} was added to {dimension.key!r} by another taxonomy, from a file.",
        hint="Change that file.",
    )


def with_taxonomy(world: World, taxonomy: Taxonomy) -> World:
    """Return the taxonomies with one of them another."""
    return {**world, taxonomy.key: taxonomy}


def with_dimension(world: World, key: str, *dimensions: Dimension) -> World:
    """Return the taxonomies with a dimension as it is now, in its place; without one, it is gone."""
    taxonomy, old = home(world, key)
    place = taxonomy.dimensions.index(old)
    parts = (*taxonomy.dimensions[:place], *dimensions, *taxonomy.dimensions[place + 1 :])
    return with_taxonomy(world, taxonomy.model_copy(update={"dimensions": parts}))


def with_tags(dimension: Dimension, tags: Iterable[Tag]) -> Dimension:
    """Return a dimension with these tags."""
    return dimension.model_copy(update={"tags": tuple(tags)})


def changed(definition: D, **values: Any) -> D:
    """Return a definition with other values; in a language that new labels lack, it keeps its own."""
    if isinstance(labels := values.get("labels"), Labels):
        values["labels"] = labels.over(definition.labels)
    return definition.model_copy(update=values)


def without_tag(dimension: Dimension, key: str, heir: str | None = None) -> Dimension:
    """Return a dimension without a tag; those below it are below its heir, or else its parent."""
    gone = next(tag for tag in dimension.tags if tag.key == key)
    above = _ancestors(dimension, heir) if heir is not None else ()

    def parent(tag: Tag) -> str | None:
        if tag.parent != key:
            return tag.parent
        return gone.parent if heir is None or tag.key in (heir, *above) else heir

    kept = (changed(tag, parent=parent(tag)) for tag in dimension.tags if tag.key != key)
    return with_tags(dimension, kept)


def below(dimension: Dimension, key: str) -> tuple[Tag, ...]:
    """Return a tag and all that are below it, in the order of the dimension."""
    return tuple(
        tag for tag in dimension.tags if key == tag.key or key in _ancestors(dimension, tag.key)
    )


def _ancestors(dimension: Dimension, key: str) -> tuple[str, ...]:
    parents = {tag.key: tag.parent for tag in dimension.tags}
    found: list[str] = []
    above = parents.get(key)
    while above is not None and above not in found:
        found.append(above)
        above = parents.get(above)
    return tuple(found)


def made_key(labels: Labels, taken: Container[str], kind: str) -> str:
    """Return a key for people's labels: their English words, or else an id of their own.

    `taken` has the keys that exist; `kind` is what an id begins with, such as tag.
    """
    words = re.sub(r"[^a-z0-9]+", "_", (labels.en or "").lower()).strip("_")[:_LONGEST].strip("_")
    if not words or not words[0].isalpha():
        first = (labels.zh_cn or "", labels.en or "")
        others = sorted({*labels.by_locale.values()} - {*first})
        digest = sha256("\n".join((*first, *others)).encode()).hexdigest()
        words = f"{kind}_{digest[:8]}"
    key, number = words, 1
    while key in taken:
        number += 1
        key = f"{words}_{number}"
    return key


def keys_of(world: World, dimension: str | None = None) -> frozenset[str]:
    """Return the keys, former ones too, of all dimensions, or of the tags of one of them."""
    catalogue = Catalogue.of(world.values())
    if dimension is None:
        return frozenset({*catalogue.dimensions, *catalogue.former_dimensions})
    known = {*catalogue.tags, *catalogue.former_tags}
    return frozenset(key.partition("/")[2] for key in known if key.startswith(f"{dimension}/"))


def requoted(world: World, moves: Mapping[str, str | None], dimensions: Mapping[str, str]) -> World:
    """Return the taxonomies with the new keys of what definitions name as their replacements."""

    def anew(definition: D, own: str) -> D:
        word = definition.deprecated
        if word is None or word.replaced_by is None:
            return definition
        other = moves.get(word.replaced_by) or dimensions.get(word.replaced_by, word.replaced_by)
        said = word.model_copy(update={"replaced_by": None if other == own else other})
        return changed(definition, deprecated=said)

    def whole(dimension: Dimension) -> Dimension:
        tags = (anew(tag, tag_key(dimension.key, tag.key)) for tag in dimension.tags)
        return anew(with_tags(dimension, tags), dimension.key)

    return {
        key: changed(one, dimensions=tuple(map(whole, one.dimensions))) if one.editable else one
        for key, one in world.items()
    }


def finished(before: World, after: World, step: int) -> World:
    """Return the edited taxonomies after they were checked, with the next number of their version.

    `step` says which of the three numbers: 0 for other meanings, 1 for more, 2 for other words.
    Raises InvalidInput where a taxonomy contradicts itself, Conflict where two do each other.
    """
    found = {}
    for key, taxonomy in after.items():
        if taxonomy == before.get(key):
            found[key] = taxonomy
            continue
        version = taxonomy.version if key not in before else next_version(taxonomy.version, step)
        found[key] = _checked(changed(taxonomy, version=version))
    Catalogue.of(found.values())
    return found


def narrowed(before: World, after: World) -> frozenset[str]:
    """Return the dimensions that were multi and are single."""
    old = {one.key: one for t in before.values() for one in t.dimensions}
    return frozenset(
        one.key
        for taxonomy in after.values()
        for one in taxonomy.dimensions
        if one.cardinality is Cardinality.SINGLE
        and one.key in old
        and old[one.key].cardinality is Cardinality.MULTI
    )


def next_version(version: str, step: int) -> str:
    """Return the version after another: `step` says which of its three numbers goes on."""
    numbers = [int(part) for part in version.split(".")]
    kept = [*numbers[:step], numbers[step] + 1, *([0] * (2 - step))]
    return ".".join(map(str, kept))


def _checked(taxonomy: Taxonomy) -> Taxonomy:
    try:
        return Taxonomy.model_validate(taxonomy.model_dump(by_alias=True))
    except ValidationError as fault:
        raise InvalidInput("; ".join(map(reason, reasons(fault))) + ".") from fault


def plain(world: World) -> Edited:
    """Return an edit that touches no tagging."""
    return Edited(world, {}, {})


def tag_moves(
    dimension: Dimension, names: Iterable[str], to: Callable[[str], str | None]
) -> dict[str, str | None]:
    """Return what becomes of the taggings of some tags of a dimension."""
    return {tag_key(dimension.key, name): to(name) for name in names}
