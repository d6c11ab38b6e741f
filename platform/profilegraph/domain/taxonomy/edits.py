"""Edits of taxonomies as pure functions: create, describe, rename, merge and remove.

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
    """Taxonomies after an edit, and what becomes of the taggings of removed tags."""

    world: World
    moves: Mapping[str, str | None]
    """From full tag keys to the tag that gets the taggings; None closes them."""
    dimensions: Mapping[str, str]
    """The new keys of renamed dimensions, by old key."""


def editable(world: World, key: str) -> Taxonomy:
    """Return a taxonomy that people edit; raises NotFound, or Conflict, which says what to do."""
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
    """Return a dimension with its taxonomy; raises NotFound."""
    # Looked for in the definitions first: between two edits, taxonomies need not fit together.
    places = {d.key: (t, d) for t in world.values() for d in t.dimensions}
    if dimension not in places:
        dimension = Catalogue.of(world.values()).dimension(dimension).key
    return places[dimension]


def open_home(world: World, dimension: str) -> tuple[Taxonomy, Dimension]:
    """Return a dimension that people may edit, with its taxonomy; raises NotFound, Conflict."""
    taxonomy, found = home(world, dimension)
    return editable(world, taxonomy.key), found


def located(world: World, key: str) -> tuple[Dimension, Tag]:
    """Return the dimension of a tag that people may edit, and the tag, by its full key.

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
    """Return the taxonomies with one of them replaced."""
    return {**world, taxonomy.key: taxonomy}


def with_dimension(world: World, key: str, *dimensions: Dimension) -> World:
    """Return the taxonomies with a dimension replaced, or removed."""
    taxonomy, old = home(world, key)
    place = taxonomy.dimensions.index(old)
    parts = (*taxonomy.dimensions[:place], *dimensions, *taxonomy.dimensions[place + 1 :])
    return with_taxonomy(world, taxonomy.model_copy(update={"dimensions": parts}))


def with_tags(dimension: Dimension, tags: Iterable[Tag]) -> Dimension:
    """Return a dimension with these tags."""
    return dimension.model_copy(update={"tags": tuple(tags)})


def changed(definition: D, **values: Any) -> D:
    """Return a definition with other values; labels in omitted languages are kept."""
    if isinstance(labels := values.get("labels"), Labels):
        values["labels"] = labels.over(definition.labels)
    return definition.model_copy(update=values)


def without_tag(dimension: Dimension, key: str, heir: str | None = None) -> Dimension:
    """Return a dimension without a tag; its children move below its heir, or else its parent."""
    gone = next(tag for tag in dimension.tags if tag.key == key)
    above = _ancestors(dimension, heir) if heir is not None else ()

    def parent(tag: Tag) -> str | None:
        if tag.parent != key:
            return tag.parent
        return gone.parent if heir is None or tag.key in (heir, *above) else heir

    kept = (changed(tag, parent=parent(tag)) for tag in dimension.tags if tag.key != key)
    return with_tags(dimension, kept)


def below(dimension: Dimension, key: str) -> tuple[Tag, ...]:
    """Return a tag and all its descendants, in the order of the dimension."""
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
    """Return a key derived from labels: their English words, or else a generated id.

    `taken` has the existing keys; `kind` is the prefix of an id, such as tag.
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
    """Return the current and former keys of all dimensions, or of the tags of one of them."""
    catalogue = Catalogue.of(world.values())
    if dimension is None:
        return frozenset({*catalogue.dimensions, *catalogue.former_dimensions})
    known = {*catalogue.tags, *catalogue.former_tags}
    return frozenset(key.partition("/")[2] for key in known if key.startswith(f"{dimension}/"))


def requoted(world: World, moves: Mapping[str, str | None], dimensions: Mapping[str, str]) -> World:
    """Return the taxonomies with the new keys in the replacements that definitions name."""

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
    """Return the edited taxonomies after validation, with their next versions.

    `step` selects the part of the version: 0 for changed meanings, 1 for additions, 2 for wording.
    Raises InvalidInput if a taxonomy is inconsistent, Conflict if two are incompatible.
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
    """Return the dimensions that change from multi to single."""
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
    """Return the next version: `step` selects the part to increment."""
    numbers = [int(part) for part in version.split(".")]
    kept = [*numbers[:step], numbers[step] + 1, *([0] * (2 - step))]
    return ".".join(map(str, kept))


def _checked(taxonomy: Taxonomy) -> Taxonomy:
    try:
        return Taxonomy.model_validate(taxonomy.model_dump(by_alias=True))
    except ValidationError as fault:
        raise InvalidInput("; ".join(map(reason, reasons(fault))) + ".") from fault


def plain(world: World) -> Edited:
    """Return an edit that affects no taggings."""
    return Edited(world, {}, {})


def tag_moves(
    dimension: Dimension, names: Iterable[str], to: Callable[[str], str | None]
) -> dict[str, str | None]:
    """Return what becomes of the taggings of some tags of a dimension."""
    return {tag_key(dimension.key, name): to(name) for name in names}
