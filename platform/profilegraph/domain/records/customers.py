"""Customers, their identities, taggings and relations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from profilegraph.domain.values import (
    Choice,
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


class CustomerKind(Choice):
    """Whether we sell to an organisation or to a person."""

    COMPANY = "COMPANY", "An organisation.", "企业", "公司", "机构"
    PERSON = "PERSON", "A person.", "个人"


class IdentityKind(Choice):
    """The channel that an identity comes from."""

    PHONE = (
        "PHONE",
        "A phone number, kept as +8613800138000; any usual way of writing is understood.",
        "手机",
        "手机号",
        "电话",
    )
    EMAIL = "EMAIL", "An e-mail address.", "邮箱", "电子邮箱"
    WECOM_EXTERNAL_USER = (
        "WECOM_EXTERNAL_USER",
        "The external user id of WeCom (企业微信).",
        "企业微信",
    )
    WECHAT_OPENID = "WECHAT_OPENID", "The open id of one WeChat application.", "微信"
    WECHAT_UNIONID = "WECHAT_UNIONID", "The union id of WeChat."
    UNIFIED_SOCIAL_CREDIT_CODE = (
        "UNIFIED_SOCIAL_CREDIT_CODE",
        "The code of a Chinese organisation (统一社会信用代码).",
        "统一社会信用代码",
    )
    WEBSITE = "WEBSITE", "An account of the website.", "网站"
    DEVICE = "DEVICE", "A device or a browser.", "设备"
    CRM = "CRM", "The number in a CRM."
    OTHER = "OTHER", "Any other channel.", "其他"


class TagSource(Choice):
    """Who or what put a tag on a customer."""

    MANUAL = "MANUAL", "A person.", "手动", "人工"
    RULE = "RULE", "A rule: whoever matches a filter.", "规则"
    IMPORT = "IMPORT", "An imported file.", "导入"
    MODEL = "MODEL", "A model, such as RFM.", "模型"


class RelationKind(Choice):
    """What the other customer is to this one."""

    PARENT = "PARENT", "The other owns this one.", "母公司"
    SUBSIDIARY = "SUBSIDIARY", "The other belongs to this one.", "子公司"
    PARTNER = "PARTNER", "They work together.", "合作伙伴", "伙伴"


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
