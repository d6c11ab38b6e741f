"""The changes of tags and dimensions in use, as they are requested."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from profilegraph.domain.taxonomy.definition import ANY_KEY, FOLDER, TAG_NAME
from profilegraph.domain.values import Labels, SnakeKey, TagKey

Folder = Annotated[str, StringConstraints(pattern=FOLDER)]
TagName = Annotated[str, StringConstraints(pattern=TAG_NAME)]
Target = Annotated[
    str,
    Field(
        pattern=ANY_KEY,
        description="A tag, `dimension/tag`, or a dimension.",
    ),
]
TagTarget = Annotated[TagKey, Field(description="Full key of a tag, `dimension/tag`.")]


class TagChangePart(BaseModel):
    """A part of a change: camelCase in JSON, and nothing else than what is known."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Rename(TagChangePart):
    """Another key, other labels, or both; the old key goes on being understood."""

    target: Target
    key: SnakeKey | TagName | None = Field(None, description="Of a tag, within its dimension.")
    labels: Labels | None = None

    @model_validator(mode="after")
    def _another(self) -> Self:
        if self.key is None and self.labels is None:
            raise ValueError("say what it is called from now on: give key, labels or both")
        return self


class Merge(TagChangePart):
    """Tags become one of them, or another one; their keys go on being understood as its keys."""

    tags: Annotated[tuple[TagTarget, ...], Field(min_length=1, max_length=100)]
    into: TagTarget


class SplitTarget(TagChangePart):
    """A tag that takes over a part of another's customers; one of that key, or a new one."""

    key: TagName | None = Field(None, description="Within the dimension; made if left out.")
    labels: Labels | None = Field(None, description="Of a new tag.")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.key is None and self.labels is None:
            raise ValueError("give the key of a tag of the dimension, or labels for a new one")
        return self


class Split(TagChangePart):
    """Customers of a tag get a narrower one: this where they match a filter, that where not."""

    tag: TagTarget
    where: dict[str, Any] = Field(description="A filter, as schema/segment.schema.json has it.")
    into: SplitTarget
    otherwise: SplitTarget | None = Field(None, description="If left out, the others keep the tag.")


class TagRelocation(TagChangePart):
    """Another place: below another tag, in another dimension, order, folder or taxonomy."""

    target: Target
    parent: TagName | None = Field(None, description="Key of the tag to be below; null for none.")
    dimension: SnakeKey | None = Field(None, description="The dimension that a tag goes to.")
    position: int | None = Field(
        None, ge=0, description="Place among the dimension's tags, from 0."
    )
    folder: Folder | None = Field(None, description="Folder of a dimension; null for none.")
    taxonomy: SnakeKey | None = Field(None, description="The taxonomy that a dimension goes to.")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        asked = self.model_fields_set - {"target"}
        fits = {"parent", "dimension", "position"} if "/" in self.target else {"folder", "taxonomy"}
        if not asked:
            raise ValueError(f"say where to: give {', '.join(sorted(fits))}")
        if asked - fits:
            kind = "tag" if "/" in self.target else "dimension"
            raise ValueError(f"a {kind} has no {', '.join(sorted(asked - fits))} to go to")
        return self


class Deprecate(TagChangePart):
    """It should not be used any more, and goes on working."""

    target: Target
    replaced_by: Target | None = Field(None, description="What to use instead; of the same kind.")
    reason: Labels | None = None


class Delete(TagChangePart):
    """It is gone; taggings end, and filters that name it are broken until somebody mends them."""

    target: Target


class NewVersion(TagChangePart):
    """Another version of a taxonomy that comes from a file or a plugin."""

    text: str | None = Field(None, description="The YAML of the file.")
    installed: SnakeKey | None = Field(None, description="Key of the taxonomy that is installed.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.text is None) is (self.installed is None):
            raise ValueError("give either the text of a file or the key of an installed taxonomy")
        return self


Act: TypeAlias = Rename | Merge | Split | TagRelocation | Deprecate | Delete | NewVersion


class TagChange(TagChangePart):
    """One change: exactly one of the fields."""

    rename: Rename | None = None
    merge: Merge | None = None
    split: Split | None = None
    move: TagRelocation | None = None
    deprecate: Deprecate | None = None
    delete: Delete | None = None
    version: NewVersion | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            names = ", ".join(type(self).model_fields)
            raise ValueError(f"a change is exactly one of {names}")
        return self

    @property
    def act(self) -> Act:
        """Return what is to be done."""
        given: Act | None = (
            self.rename
            or self.merge
            or self.split
            or self.move
            or self.deprecate
            or self.delete
            or self.version
        )
        assert given is not None, "a change was checked to be one"  # noqa: S101
        return given
