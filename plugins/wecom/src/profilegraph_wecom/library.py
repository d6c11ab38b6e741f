"""WeCom's tag library as a taxonomy: a group is a dimension, and keys outlive new names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from profilegraph.domain.catalogue import tag_key
from profilegraph.domain.taxonomy import Cardinality, Deprecation, Dimension, Tag, Taxonomy
from profilegraph.domain.values import Labels
from profilegraph_wecom.payloads import TagGroup

KEY = "wecom_tags"
LABELS = Labels(zh_cn="企业微信标签", en="WeCom tags")
FOLDER = "WeCom"
_LONGEST = 200


@dataclass(frozen=True)
class Library:
    """The company's tags, found by WeCom's id of them."""

    taxonomy: Taxonomy | None
    """None where no tag library was read."""
    tags: Mapping[str, str]
    """WeCom's id of a tag → its full key `dimension/tag`."""

    @classmethod
    def of(cls, groups: Iterable[TagGroup]) -> Library:
        """Return the library of these groups; of two with one id, the later one counts."""
        found = list({group.group_id: group for group in groups}.values())
        if not found:
            return cls(None, {})
        labels = _labels([(group.group_id, group.group_name) for group in found])
        dimensions = tuple(_dimension(group, labels[group.group_id]) for group in found)
        tags = {
            tag.id: tag_key(dimension.key, _key("t", tag.id))
            for group, dimension in zip(found, dimensions, strict=True)
            for tag in group.tag
        }
        taxonomy = Taxonomy(
            key=KEY, version="1.0.0", labels=LABELS, editable=True, dimensions=dimensions
        )
        return cls(taxonomy, tags)


def _dimension(group: TagGroup, labels: Labels) -> Dimension:
    words = _labels([(tag.id, tag.name) for tag in group.tag])
    return Dimension(
        key=_key("wecom_", group.group_id),
        labels=labels,
        cardinality=Cardinality.MULTI,
        folder=FOLDER,
        deprecated=Deprecation() if group.deleted else None,
        tags=tuple(
            Tag(
                key=_key("t", tag.id),
                labels=words[tag.id],
                deprecated=Deprecation() if tag.deleted else None,
            )
            for tag in group.tag
        ),
    )


def _key(prefix: str, wecom_id: str) -> str:
    # WeCom's ids are told apart by upper and lower case, keys have lower case only.
    return prefix + sha256(wecom_id.encode()).hexdigest()[:12]


def _labels(named: Sequence[tuple[str, str]]) -> dict[str, Labels]:
    """Return of each id the labels; of equal names, the second and later ones are numbered."""
    seen: Counter[str] = Counter()
    found = {}
    for wecom_id, name in named:
        word = name.strip()[: _LONGEST - 8] or wecom_id[:_LONGEST]
        seen[word] += 1
        text = word if seen[word] == 1 else f"{word} ({seen[word]})"
        found[wecom_id] = Labels(zh_cn=text, en=text)
    return found
