"""The effects of a change on taxonomies and taggings, as pure functions, one per operation."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import assert_never

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy.definition import Deprecation, Dimension, Tag, Taxonomy
from profilegraph.domain.taxonomy.edits import (
    Edited,
    World,
    below,
    changed,
    editable,
    finished,
    keys_of,
    located,
    made_key,
    narrowed,
    open_home,
    plain,
    requoted,
    tag_moves,
    with_dimension,
    with_tags,
    with_taxonomy,
    without_tag,
)
from profilegraph.domain.taxonomy_changes.changes import (
    Act,
    Delete,
    Deprecate,
    Merge,
    NewVersion,
    Rename,
    Split,
    SplitTarget,
    TagRelocation,
)
from profilegraph.errors import Conflict, InvalidInput, NotFound

Moves = Mapping[str, str | None]
"""From full tag keys to the tag that gets the taggings; None closes them."""


@dataclass(frozen=True)
class TagSplit:
    """A tag that is split by a filter: the tag of the matching customers, and that of the others."""

    tag: str
    into: str
    otherwise: str | None
    """None if the others keep the tag."""


@dataclass(frozen=True)
class Revision:
    """The effects of a change on taxonomies, and on taggings and filters that name their tags."""

    before: World
    after: World
    moves: Moves
    dimensions: Mapping[str, str]
    """The new keys of renamed dimensions, by old key."""
    narrowed: frozenset[str]
    """Dimensions that become single."""
    split: TagSplit | None = None
    retired: tuple[str, ...] = ()
    """Tags omitted by a new version of a file: their taggings stay, and are ignored."""

    @property
    def changed(self) -> tuple[Taxonomy, ...]:
        """Return the taxonomies that differ; those that lose definitions first."""
        differing = [one for key, one in self.after.items() if one != self.before.get(key)]
        return tuple(sorted(differing, key=self._gains))

    def _gains(self, taxonomy: Taxonomy) -> bool:
        old = self.before.get(taxonomy.key)
        known = set() if old is None else {one.key for one in old.dimensions}
        return any(one.key not in known for one in taxonomy.dimensions)


def revised(world: World, act: Act, version: Taxonomy | None = None) -> Revision:
    """Return the effects of an operation; `version` is the taxonomy of a NewVersion.

    Raises NotFound, Conflict and InvalidInput, each with what to do, if it is not possible.
    """
    match act:
        case Rename():
            edited, step = _rename(world, act), 0 if act.key is not None else 2
        case Merge():
            edited, step = _merge(world, act), 0
        case Split():
            return _split(world, act)
        case TagRelocation():
            edited, step = _move(world, act), 2 if "folder" in act.model_fields_set else 0
        case Deprecate():
            edited, step = plain(_deprecate(world, act)), 1
        case Delete():
            edited, step = _delete(world, act), 0
        case NewVersion():
            return _version(world, version)
        case _:
            assert_never(act)
    named = requoted(edited.world, edited.moves, edited.dimensions)
    after = finished(world, named, step)
    return Revision(world, after, edited.moves, edited.dimensions, narrowed(world, after))


def _rename(world: World, act: Rename) -> Edited:
    if "/" not in act.target:
        return _rename_dimension(world, act)
    dimension, tag = located(world, act.target)
    labels = act.labels or tag.labels
    if act.key is None or act.key == tag.key:
        kept = (changed(one, labels=labels) if one is tag else one for one in dimension.tags)
        return plain(with_dimension(world, dimension.key, with_tags(dimension, kept)))
    _refuse_taken(act.key, {one.key for one in dimension.tags}, "tag")
    aliases = tuple(one for one in (*tag.aliases, tag.key) if one != act.key)

    def anew(one: Tag) -> Tag:
        if one is tag:
            return changed(one, key=act.key, labels=labels, aliases=aliases)
        return changed(one, parent=act.key) if one.parent == tag.key else one

    after = with_dimension(world, dimension.key, with_tags(dimension, map(anew, dimension.tags)))
    new = tag_key(dimension.key, act.key)
    return Edited(after, tag_moves(dimension, [tag.key], lambda _: new), {})


def _rename_dimension(world: World, act: Rename) -> Edited:
    _, dimension = open_home(world, act.target)
    labels = act.labels or dimension.labels
    if act.key is None or act.key == dimension.key:
        return plain(with_dimension(world, dimension.key, changed(dimension, labels=labels)))
    new = act.key
    _refuse_taken(new, Catalogue.of(world.values()).dimensions, "dimension")
    aliases = tuple(one for one in (*dimension.aliases, dimension.key) if one != new)
    after = with_dimension(
        world, dimension.key, changed(dimension, key=new, labels=labels, aliases=aliases)
    )
    names = [tag.key for tag in dimension.tags]
    moves = tag_moves(dimension, names, lambda name: tag_key(new, name))
    return Edited(after, moves, {dimension.key: new})


def _merge(world: World, act: Merge) -> Edited:
    catalogue = Catalogue.of(world.values())
    goal_dimension, goal = located(world, act.into)
    into = tag_key(goal_dimension.key, goal.key)
    moves: dict[str, str | None] = {}
    for key in dict.fromkeys(catalogue.current_tag(one) for one in act.tags):
        if key == into:
            continue
        dimension, tag = located(world, key)
        near = dimension.key == goal_dimension.key
        left = without_tag(dimension, tag.key, goal.key if near else None)
        world = with_dimension(world, dimension.key, left)
        world = _with_aliases(world, into, _keys_of(dimension, tag, near=near))
        moves[key] = into
    if not moves:
        raise InvalidInput("there is nothing to merge: name other tags than the one to merge into.")
    return Edited(world, moves, {})


def _with_aliases(world: World, key: str, aliases: tuple[str, ...]) -> World:
    dimension, tag = located(world, key)
    all_ = tuple(dict.fromkeys((*tag.aliases, *aliases)))
    kept = (changed(one, aliases=all_) if one is tag else one for one in dimension.tags)
    return with_dimension(world, dimension.key, with_tags(dimension, kept))


def _keys_of(dimension: Dimension, tag: Tag, *, near: bool) -> tuple[str, ...]:
    """Return all keys of a tag as aliases of one in the same dimension, or in another."""
    keys = (tag.key, *tag.aliases)
    return keys if near else tuple(k if "/" in k else tag_key(dimension.key, k) for k in keys)


def _move(world: World, act: TagRelocation) -> Edited:
    if "/" not in act.target:
        return plain(_move_dimension(world, act))
    dimension, tag = located(world, act.target)
    given = act.model_fields_set
    if act.dimension is not None and act.dimension != dimension.key:
        return _change_dimension(world, dimension, tag, act)
    tags = list(dimension.tags)
    if "parent" in given:
        tags = [changed(one, parent=act.parent) if one is tag else one for one in tags]
    if act.position is not None:
        place = next(i for i, one in enumerate(tags) if one.key == tag.key)
        tags.insert(act.position, tags.pop(place))
    return plain(with_dimension(world, dimension.key, with_tags(dimension, tags)))


def _change_dimension(world: World, dimension: Dimension, tag: Tag, act: TagRelocation) -> Edited:
    """Return the taxonomies after a tag and its descendants moved to another dimension."""
    _, goal = open_home(world, act.dimension or "")
    going = below(dimension, tag.key)
    names = {one.key for one in going}
    for name in sorted(names):
        _refuse_taken(name, {one.key for one in goal.tags}, "tag")
    left = with_tags(dimension, (one for one in dimension.tags if one.key not in names))
    arriving = [
        changed(
            one,
            parent=act.parent if one is tag else one.parent,
            aliases=_keys_of(dimension, one, near=False),
        )
        for one in going
    ]
    place = len(goal.tags) if act.position is None else act.position
    tags = (*goal.tags[:place], *arriving, *goal.tags[place:])
    after = with_dimension(world, dimension.key, left)
    after = with_dimension(after, goal.key, with_tags(goal, tags))
    moves = tag_moves(dimension, sorted(names), lambda name: tag_key(goal.key, name))
    return Edited(after, moves, {})


def _move_dimension(world: World, act: TagRelocation) -> World:
    taxonomy, dimension = open_home(world, act.target)
    if "folder" in act.model_fields_set:
        dimension = changed(dimension, folder=act.folder)
        world = with_dimension(world, dimension.key, dimension)
    if act.taxonomy is None or act.taxonomy == taxonomy.key:
        return world
    goal = editable(world, act.taxonomy)
    world = with_dimension(world, dimension.key)
    return with_taxonomy(world, changed(goal, dimensions=(*goal.dimensions, dimension)))


def _deprecate(world: World, act: Deprecate) -> World:
    catalogue = Catalogue.of(world.values())
    if act.replaced_by is not None and ("/" in act.replaced_by) is not ("/" in act.target):
        raise InvalidInput(
            "a tag is replaced by a tag, a dimension by a dimension.", where="deprecate.replacedBy"
        )
    word = Deprecation(replaced_by=act.replaced_by, reason=act.reason)
    if "/" not in act.target:
        if act.replaced_by is not None:
            catalogue.dimension(act.replaced_by)
        _, dimension = open_home(world, act.target)
        return with_dimension(world, dimension.key, changed(dimension, deprecated=word))
    if act.replaced_by is not None:
        catalogue.tag(act.replaced_by)
    dimension, tag = located(world, act.target)
    kept = (changed(one, deprecated=word) if one is tag else one for one in dimension.tags)
    return with_dimension(world, dimension.key, with_tags(dimension, kept))


def _delete(world: World, act: Delete) -> Edited:
    if "/" not in act.target:
        _, dimension = open_home(world, act.target)
        names = [tag.key for tag in dimension.tags]
        after = with_dimension(world, dimension.key)
        return Edited(after, tag_moves(dimension, names, lambda _: None), {})
    dimension, tag = located(world, act.target)
    after = with_dimension(world, dimension.key, without_tag(dimension, tag.key))
    return Edited(after, tag_moves(dimension, [tag.key], lambda _: None), {})


def _split(world: World, act: Split) -> Revision:
    dimension, tag = located(world, act.tag)
    before = world
    keys = []
    for target in (act.into, act.otherwise):
        if target is not None:
            world, key = _with_split_target(world, dimension.key, tag.key, target)
            keys.append(tag_key(dimension.key, key))
    into, otherwise = keys[0], (keys[1] if act.otherwise is not None else None)
    if into == otherwise:
        raise InvalidInput("`into` and `otherwise` are two tags.", where="split.otherwise")
    after = finished(before, world, 1)
    split = TagSplit(tag_key(dimension.key, tag.key), into, otherwise)
    return Revision(before, after, {}, {}, frozenset(), split)


def _with_split_target(
    world: World, dimension: str, above: str, target: SplitTarget
) -> tuple[World, str]:
    """Return the taxonomies with a target below the tag that is split, and its key."""
    _, found = open_home(world, dimension)
    known = {tag.key: tag for tag in found.tags}
    if target.key in known:
        tag = known[target.key]
        if tag.parent not in (None, above) or tag.key == above:
            raise Conflict(
                f"the tag {tag_key(dimension, tag.key)!r} cannot be below {above!r}.",
                hint="A tag has one parent: move it first, or split into another tag.",
            )
        kept = (changed(one, parent=above) if one is tag else one for one in found.tags)
        return with_dimension(world, dimension, with_tags(found, kept)), tag.key
    if target.labels is None:
        raise NotFound(
            f"no tag is called {dimension}/{target.key}.", hint="Give `labels` to make it."
        )
    key = target.key or made_key(target.labels, keys_of(world, dimension), "tag")
    tag = Tag(key=key, labels=target.labels, parent=above)
    place = next(i for i, one in enumerate(found.tags) if one.key == above) + 1
    tags = (*found.tags[:place], tag, *found.tags[place:])
    return with_dimension(world, dimension, with_tags(found, tags)), key


def _version(world: World, new: Taxonomy | None) -> Revision:
    if new is None:
        raise InvalidInput("there is no taxonomy to load.", where="version")
    old = world.get(new.key)
    if old is not None and old.editable:
        raise Conflict(
            f"people edit the taxonomy {new.key!r}; a file does not replace it.",
            hint="Give the file's taxonomy another key, or make the changes here.",
        )
    after = with_taxonomy(world, new)
    catalogue = Catalogue.of(after.values())
    lost = [key for key in Catalogue.of(world.values()).tags if key not in catalogue.tags]
    moves: dict[str, str | None] = {
        key: catalogue.current_tag(key)
        for key in lost
        if catalogue.current_tag(key) in catalogue.tags
    }
    known = {one.key for one in (old.dimensions if old is not None else ())}
    renamed = {
        key: catalogue.current_dimension(key)
        for key in known
        if key not in catalogue.dimensions and catalogue.current_dimension(key) != key
    }
    retired = tuple(key for key in lost if key not in moves)
    return Revision(world, after, moves, renamed, narrowed(world, after), retired=retired)


def _refuse_taken(key: str, taken: Container[str], kind: str) -> None:
    if key in taken:
        raise Conflict(
            f"there is a {kind} {key!r} already.", hint="Choose another key, or merge the two."
        )
