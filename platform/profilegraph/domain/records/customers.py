"""Customers, their identities, taggings and relations."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from profilegraph.domain.values import (
    CustomerKey,
    Hours,
    Key,
    Moment,
    Name,
    NormalText,
    Record,
    Region,
    Share,
    SnakeKey,
    TagKey,
    Text,
    Weekday,
)

AttributeValue = Annotated[bool | FiniteFloat | date | Text, NormalText]
"""A typed field of a customer: boolean, number, date or string."""


class CustomerKind(StrEnum):
    """Whether we sell to an organisation or to a person."""

    COMPANY = "COMPANY"
    PERSON = "PERSON"


class IdentityKind(StrEnum):
    """The channel that an identity comes from."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    WECOM_EXTERNAL_USER = "WECOM_EXTERNAL_USER"
    WECHAT_OPENID = "WECHAT_OPENID"
    WECHAT_UNIONID = "WECHAT_UNIONID"
    UNIFIED_SOCIAL_CREDIT_CODE = "UNIFIED_SOCIAL_CREDIT_CODE"
    WEBSITE = "WEBSITE"
    DEVICE = "DEVICE"
    CRM = "CRM"
    OTHER = "OTHER"


class TagSource(StrEnum):
    """Who or what put a tag on a customer."""

    MANUAL = "MANUAL"
    RULE = "RULE"
    IMPORT = "IMPORT"
    MODEL = "MODEL"


class RelationKind(StrEnum):
    """What the other customer is to this one."""

    PARENT = "PARENT"
    SUBSIDIARY = "SUBSIDIARY"
    PARTNER = "PARTNER"


class Customer(Record):
    """A company or a person that we sell to.

    `created_at` is since when it has been a customer: since it was first saved if nobody says.
    """

    key: Key
    kind: CustomerKind = CustomerKind.COMPANY
    name: Name | None = None
    created_at: Moment | None = None
    attributes: dict[SnakeKey, AttributeValue | None] = Field(default_factory=dict)


class Identity(Record):
    """A key by which a channel knows a customer; `value` in its canonical form.

    `region` is the country (ISO 3166) of a phone number that does not say its own; it is not kept.
    """

    kind: IdentityKind
    value: Key
    customer: CustomerKey
    region: Region | None = None

    @property
    def key(self) -> str:
        """Return the key under which the graph keeps the identity: kind and value."""
        return f"{self.kind.value}:{self.value}"


class Tagging(Record):
    """That a customer carries a tag: since when, until when, how sure, and who says so."""

    customer: CustomerKey
    tag: TagKey
    since: Moment
    until: Moment | None = None
    source: TagSource = TagSource.MANUAL
    by: Name | None = None
    confidence: Share = 1.0
    weight: Share = 1.0
    evidence: Text | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    hours: Hours | None = None
    frequency: Text | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError("`until` must be later than `since`")
        return self

    @property
    def dimension(self) -> str:
        """Return the key of the dimension that the tag belongs to."""
        return self.tag.split("/", 1)[0]


class Relation(Record):
    """That another customer is parent, subsidiary or partner of this one."""

    customer: CustomerKey
    other: CustomerKey
    kind: RelationKind

    @model_validator(mode="after")
    def _between_two(self) -> Self:
        if self.customer == self.other:
            raise ValueError("a customer cannot be related to itself")
        return self


class Consent(Record):
    """That a customer allowed or forbade something: the latest word for a purpose counts."""

    key: Key
    customer: CustomerKey
    purpose: Name
    granted: bool
    at: Moment
    channel: Name | None = None
    source: Text | None = None
