"""Taxonomies that people create and edit, without a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy.definition import Cardinality, Dimension, Duty, Tag, Taxonomy
from profilegraph.domain.taxonomy.edits import (
    World,
    changed,
    editable,
    finished,
    keys_of,
    made_key,
    open_home,
    with_dimension,
    with_tags,
    with_taxonomy,
)
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.duties import require, require_administrator
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import follow, taxonomy_digest
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.taxonomies.definitions import lock_taxonomies, save_taxonomy

_FIRST_VERSION = "1.0.0"


@dataclass(frozen=True)
class SaveTaxonomy(ChangeCommand):
    """A taxonomy to create or edit, with the version that the editor saw."""

    key: str | None
    values: Mapping[str, Any]
    """By field."""
    seen: str | None = None
    """Version of the taxonomy that was edited; given, concurrent edits are refused."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(taxonomy=self.key)


@dataclass(frozen=True)
class SaveDimension(ChangeCommand):
    """A dimension to create in a taxonomy, or to edit; other fields as for a taxonomy."""

    taxonomy: str | None
    key: str | None
    values: Mapping[str, Any]
    seen: str | None = None

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(taxonomy=self.taxonomy, dimension=self.key)


@dataclass(frozen=True)
class SaveTag(ChangeCommand):
    """A tag to create in a dimension, or to edit; other fields as for a taxonomy."""

    dimension: str
    name: str | None
    values: Mapping[str, Any]
    """`position` is the index of a new tag."""
    seen: str | None = None

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(dimension=self.dimension, tag=self.name)


async def save_taxonomy_of_people(
    platform: Platform, command: SaveTaxonomy, context: CommandContext
) -> str:
    """Create or edit a taxonomy and return its key.

    Raises Forbidden unless the actor is an administrator, NotFound, InvalidInput, and Conflict if
    it comes from a file or was edited since.
    """
    require_administrator(context.actor, "make or describe taxonomies")
    key, values = command.key, command.values

    def change(world: World) -> tuple[World, str]:
        labels = values.get("labels")
        if key is None and labels is None:
            raise InvalidInput("a new taxonomy needs labels.", where="labels")
        name = key or made_key(values["labels"], world, "taxonomy")
        if name in world:
            old = _seen(editable(world, name), command.seen)
            return with_taxonomy(world, changed(old, **values)), name
        if labels is None:
            raise NotFound(f"no taxonomy is called {name!r}.", hint="Give `labels` to make it.")
        new = _made(Taxonomy, {"key": name, "version": _FIRST_VERSION, "editable": True, **values})
        return with_taxonomy(world, new), name

    return await _edited(platform, command, context, change)


async def save_dimension(
    platform: Platform, command: SaveDimension, context: CommandContext
) -> str:
    """Create or edit a dimension of a taxonomy and return its key.

    Raises NotFound, InvalidInput, and Conflict if the taxonomy comes from a file or was edited
    since, or if the change would affect taggings: that has to be planned and applied.
    """
    taxonomy, key, values = command.taxonomy, command.key, command.values

    def change(world: World) -> tuple[World, str]:
        catalogue = Catalogue.of(world.values())
        if key is not None and catalogue.current_dimension(key) in catalogue.dimensions:
            home, old = open_home(world, key)
            _seen(home, command.seen)
            _refuse_elsewhere(home, old, taxonomy)
            _refuse_narrowing(old, values)
            return with_dimension(world, old.key, changed(old, **values)), old.key
        if taxonomy is None or values.get("labels") is None:
            raise NotFound(
                f"no dimension is called {key!r}.", hint="Give `taxonomy` and `labels` to make it."
            )
        home = _seen(editable(world, taxonomy), command.seen)
        name = key or made_key(values["labels"], keys_of(world), "dimension")
        new = _made(Dimension, {"key": name, "cardinality": Cardinality.MULTI, **values})
        return with_taxonomy(world, changed(home, dimensions=(*home.dimensions, new))), name

    return await _edited(platform, command, context, change)


async def save_tag(platform: Platform, command: SaveTag, context: CommandContext) -> str:
    """Create or edit a tag of a dimension and return its full key.

    Raises NotFound, InvalidInput and Conflict, as `save_dimension` does.
    """
    dimension, name, values = command.dimension, command.name, command.values

    def change(world: World) -> tuple[World, str]:
        home, found = open_home(world, dimension)
        _seen(home, command.seen)
        catalogue = Catalogue.of(world.values())
        wanted = None if name is None else catalogue.current_tag(tag_key(found.key, name))
        old = next((tag for tag in found.tags if tag_key(found.key, tag.key) == wanted), None)
        if old is not None:
            _refuse_moving(found, old, values)
            tags = (changed(one, **_described(values)) if one is old else one for one in found.tags)
            return with_dimension(world, found.key, with_tags(found, tags)), wanted or ""
        if values.get("labels") is None:
            full = tag_key(found.key, name or "")
            raise NotFound(f"no tag is called {full!r}.", hint="Give `labels` to make it.")
        key = name or made_key(values["labels"], keys_of(world, found.key), "tag")
        new = _made(Tag, {"key": key, **_described(values), "parent": values.get("parent")})
        place = values.get("position")
        place = len(found.tags) if place is None else place
        all_ = (*found.tags[:place], new, *found.tags[place:])
        return with_dimension(world, found.key, with_tags(found, all_)), tag_key(found.key, key)

    return await _edited(platform, command, context, change)


async def _edited(
    platform: Platform,
    command: ChangeCommand,
    context: CommandContext,
    change: Callable[[World], tuple[World, str]],
) -> str:
    async def work(transaction: Transaction) -> str:
        before = {one.key: one for one in await lock_taxonomies(transaction)}
        after, key = change(before)
        planned = _changed_dimensions(before, after)
        await require(platform, transaction, context.actor, Duty.PLAN, planned, context.now)
        final = finished(before, after, _step(before, after))
        changed = [one for one in final.values() if one != before.get(one.key)]
        for taxonomy in changed:
            await save_taxonomy(transaction, taxonomy, taxonomy_digest(taxonomy), context.now)
        await follow(transaction, changed, final.values(), context.now)
        return key

    return await run_command(platform, command, context, work)


def _changed_dimensions(before: World, after: World) -> list[str]:
    """Return the dimensions that differ; only administrators create new ones."""
    old, new = (
        {d.key: d for t in world.values() for d in t.dimensions} for world in (before, after)
    )
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _step(before: World, after: World) -> int:
    """Return which number of the version to increment: the second if something is new."""

    def parts(world: World) -> int:
        return sum(1 + len(d.tags) for t in world.values() for d in t.dimensions)

    return 1 if parts(after) > parts(before) else 2


def _seen(taxonomy: Taxonomy, seen: str | None) -> Taxonomy:
    if seen is not None and seen != taxonomy.version:
        raise Conflict(
            f"the taxonomy {taxonomy.key!r} was edited since: it is at version"
            f" {taxonomy.version}, not {seen}.",
            hint="Read it again, and edit what it is now.",
        )
    return taxonomy


def _described(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("parent", "position")}


def _refuse_moving(dimension: Dimension, tag: Tag, values: Mapping[str, Any]) -> None:
    if values.get("position") not in (None, dimension.tags.index(tag)) or (
        "parent" in values and values["parent"] != tag.parent
    ):
        raise Conflict(
            f"the tag {tag_key(dimension.key, tag.key)!r} has its place already.",
            hint="Plan the move (`move` in planTaxonomyChange): it changes who is in which segment.",
        )


def _refuse_elsewhere(home: Taxonomy, old: Dimension, taxonomy: str | None) -> None:
    if taxonomy not in (None, home.key):
        raise Conflict(
            f"the dimension {old.key!r} is in the taxonomy {home.key!r}.",
            hint="Leave `taxonomy` out, or plan the move (`move` in planTaxonomyChange).",
        )


def _refuse_narrowing(old: Dimension, values: Mapping[str, Any]) -> None:
    for name in ("cardinality", "ordered"):
        if old.tags and values.get(name) not in (None, getattr(old, name)):
            raise Conflict(
                f"the dimension {old.key!r} has tags: whether it is {name} stays as it is.",
                hint="Make another dimension, and move the tags there (`move` in planTaxonomyChange).",
            )


def _made(kind: type[Any], values: Mapping[str, Any]) -> Any:
    # Checked as a whole with its taxonomy, once it has its place in it.
    return kind.model_construct(**values)
