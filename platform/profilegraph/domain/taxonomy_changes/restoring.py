"""Restores taxonomies before a change, if nothing later depends on it."""

from __future__ import annotations

from collections.abc import Iterable

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Dimension, Taxonomy
from profilegraph.domain.taxonomy.edits import World, changed, next_version
from profilegraph.errors import Conflict


def restored(world: World, before: Iterable[Taxonomy], after: Iterable[Taxonomy]) -> World:
    """Return the taxonomies with a change undone.

    What the change did not affect stays as it is now. Raises Conflict, which names what was edited
    since.
    """
    old = {one.key: one for one in before}
    found = dict(world)
    for new in after:
        now = world.get(new.key)
        if now is None or new.key not in old:
            raise Conflict(
                f"the change brought the taxonomy {new.key!r} as a whole, or it is gone.",
                hint="Delete what nobody needs instead.",
            )
        found[new.key] = old[new.key] if now == new else _taken_back(now, old[new.key], new)
    Catalogue.of(found.values())
    return found


def _taken_back(now: Taxonomy, old: Taxonomy, new: Taxonomy) -> Taxonomy:
    """Return a current taxonomy with the former state of those dimensions that the change altered."""
    was, became = _by_key(old), _by_key(new)
    is_now = _by_key(now)
    altered = {key for key in was.keys() | became.keys() if was.get(key) != became.get(key)}
    for key in sorted(altered):
        if is_now.get(key) != became.get(key):
            raise Conflict(
                f"the dimension {key!r} was edited since: {now.key!r} is at version {now.version}.",
                hint="Take back what came later first.",
            )
    order = [key for key in was if key in altered or key in is_now]
    later = [key for key in is_now if key not in was and key not in altered]
    kept = [was[key] if key in altered else is_now[key] for key in order]
    dimensions = (*kept, *(is_now[key] for key in later))
    return changed(now, dimensions=dimensions, version=next_version(now.version, 0))


def _by_key(taxonomy: Taxonomy) -> dict[str, Dimension]:
    return {one.key: one for one in taxonomy.dimensions}
