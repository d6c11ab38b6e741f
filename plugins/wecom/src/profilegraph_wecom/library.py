"""WeCom's tag library as a taxonomy: a group is a dimension, and keys outlive new names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy.definition import (
    Cardinality,
    Deprecation,
    Dimension,
    Tag,
    Taxonomy,
)
from profilegraph.domain.taxonomy.difference import compare
from profilegraph.domain.values import Labels
from profilegraph_wecom.payloads import TagGroup

D = TypeVar("D", Dimension, Tag)
KEY = "wecom_tags"
LABELS = Labels(zh_cn="企业微信标签", en="WeCom tags")
FOLDER = "WeCom"
_LONGEST = 190


def taxonomy_of(groups: Iterable[TagGroup]) -> Taxonomy:
    """Return the taxonomy of a tag library; of two groups with one id, the later one counts."""
    found = list({group.group_id: group for group in groups}.values())
    labels = _labels([(group.group_id, group.group_name) for group in found])
    dimensions = tuple(_dimension(group, labels[group.group_id]) for group in found)
    return Taxonomy(key=KEY, version="1.0.0", labels=LABELS, dimensions=dimensions)


def continued(new: Taxonomy, old: Taxonomy) -> Taxonomy:
    """Return a tag library as the next version of an earlier one: what is gone stays, deprecated.

    Customers carry what is gone, and segments ask for it.
    """
    before = {dimension.key: dimension for dimension in old.dimensions}
    now = {dimension.key: dimension for dimension in new.dimensions}
    dimensions = [_with_lost_tags(one, before.get(one.key)) for one in new.dimensions]
    dimensions += [_deprecated(one) for key, one in before.items() if key not in now]
    same = new.model_copy(update={"dimensions": tuple(dimensions), "version": old.version})
    return same.model_copy(update={"version": compare(old, same).least_version})


def _with_lost_tags(now: Dimension, before: Dimension | None) -> Dimension:
    known = {tag.key for tag in now.tags}
    lost = [tag for tag in (before.tags if before else ()) if tag.key not in known]
    return now.model_copy(update={"tags": (*now.tags, *map(_deprecated, lost))})


def _deprecated(one: D) -> D:
    return one.model_copy(update={"deprecated": one.deprecated or Deprecation()})


def imported_tags(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the tags of the libraries that are in force: a tag's own key → `dimension/tag`."""
    return {
        tag.key: tag_key(dimension.key, tag.key)
        for taxonomy in catalogue.taxonomies
        if taxonomy.key == KEY
        for dimension in taxonomy.dimensions
        for tag in dimension.tags
    }


def short_key(prefix: str, wecom_id: str) -> str:
    """Return the key of what has an id in WeCom."""
    # WeCom's ids are told apart by upper and lower case, keys have lower case only.
    return prefix + sha256(wecom_id.encode()).hexdigest()[:12]


def _dimension(group: TagGroup, labels: Labels) -> Dimension:
    words = _labels([(tag.id, tag.name) for tag in group.tag])
    return Dimension(
        key=short_key("wecom_", group.group_id),
        labels=labels,
        cardinality=Cardinality.MULTI,
        folder=FOLDER,
        deprecated=Deprecation() if group.deleted else None,
        tags=tuple(
            Tag(
                key=short_key("t", tag.id),
                labels=words[tag.id],
                deprecated=Deprecation() if tag.deleted else None,
            )
            for tag in group.tag
        ),
    )


def _labels(named: Sequence[tuple[str, str]]) -> dict[str, Labels]:
    """Return the labels by id; of equal names, the second and later ones are numbered."""
    seen: Counter[str] = Counter()
    found = {}
    for wecom_id, name in named:
        word = name.strip()[:_LONGEST] or wecom_id[:_LONGEST]
        seen[word] += 1
        text = word if seen[word] == 1 else f"{word} ({seen[word]})"
        found[wecom_id] = Labels(zh_cn=text, en=text)
    return found
