"""What values are called that filters do not have, and the columns of tables.

A class has a field for each value, so that no language can lack one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from keyword import iskeyword
from types import MappingProxyType
from typing import Generic, TypeVar

from profilegraph.domain.notices import NoticeCode
from profilegraph.domain.records.customers import (
    CustomerKind,
    IdentityKind,
    TagSource,
)
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.language.faults import FaultKind

W_co = TypeVar("W_co", covariant=True)


@dataclass(frozen=True)
class EnumWording(Generic[W_co]):
    """Words for the values of one enumeration: a field for each, named as it is, in lower case."""

    def of(self, value: Enum) -> W_co:
        """Return the words for a value."""
        name = value.name.lower()
        word: W_co = getattr(self, f"{name}_" if iskeyword(name) else name)
        return word


@dataclass(frozen=True)
class SourceNames(EnumWording[str]):
    """Who or what put a tag on a customer."""

    manual: str
    rule: str
    import_: str
    model: str


@dataclass(frozen=True)
class CustomerNames(EnumWording[str]):
    """Whether a customer is a company or a person."""

    company: str
    person: str


@dataclass(frozen=True)
class IdentityNames(EnumWording[str]):
    """Where an identity comes from."""

    phone: str
    email: str
    wecom_external_user: str
    wechat_openid: str
    wechat_unionid: str
    unified_social_credit_code: str
    website: str
    device: str
    crm: str
    other: str


@dataclass(frozen=True)
class SegmentKindNames(EnumWording[str]):
    """What decides who is a member."""

    dynamic: str
    static: str
    snapshot: str


@dataclass(frozen=True)
class SegmentStateNames(EnumWording[str]):
    """How far along a segment is."""

    draft: str
    active: str
    archived: str


@dataclass(frozen=True)
class NoticeNames(EnumWording[str]):
    """Whom a notice is about."""

    customers_saved_later: str
    people_saved_later: str
    opportunities_saved_later: str


@dataclass(frozen=True)
class FaultNames(EnumWording[str]):
    """What is wrong in a filter; {0} is the key."""

    dimension_missing: str
    tag_missing: str
    attribute_missing: str
    metric_missing: str
    event_type_missing: str
    segment_missing: str
    not_ordered: str
    other_type: str
    amount: str
    circle: str
    too_large: str


@dataclass(frozen=True)
class FaultAdvice:
    """What to do about what is wrong in a filter."""

    save_anew: str
    bring_back: str
    save_again: str


@dataclass(frozen=True)
class NameWording:
    """What values are called: in sentences, and as labels where those are other words."""

    sources: SourceNames
    source_labels: SourceNames
    customers: CustomerNames
    identities: IdentityNames
    segment_kinds: SegmentKindNames
    segment_states: SegmentStateNames
    notices: NoticeNames
    faults: FaultNames
    advice: FaultAdvice
    values: Mapping[type[Enum], Mapping[str, str]]
    """What the values of all other enumerations are called, by their names in lower case."""

    def of(self, value: Enum) -> str:
        """Return what a value is called in a sentence."""
        if type(value) in self.values:
            return self.values[type(value)][value.name.lower()]
        names: EnumWording[str] = getattr(self, _NAMES[type(value)])
        return names.of(value)

    def label(self, value: Enum) -> str:
        """Return what a value is called where it stands alone."""
        # By type first: a value of one enumeration is equal to that of another with the same text.
        return self._labels[type(value)][value]

    @cached_property
    def _labels(self) -> Mapping[type[Enum], Mapping[Enum, str]]:
        labels: dict[type[Enum], Mapping[Enum, str]] = {}
        for kind in (*_NAMES, *self.values):
            words = self.source_labels if kind is TagSource else self
            labels[kind] = {value: _capital(words.of(value)) for value in kind}
        return labels


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


_NAMES: Mapping[type[Enum], str] = MappingProxyType(
    {
        TagSource: "sources",
        CustomerKind: "customers",
        IdentityKind: "identities",
        SegmentKind: "segment_kinds",
        SegmentState: "segment_states",
        NoticeCode: "notices",
        FaultKind: "faults",
    }
)
"""Of each enumeration that has a class of names, where these are."""


@dataclass(frozen=True)
class CustomerColumns:
    """The columns of customers in exports."""

    key: str
    name: str
    kind: str
    created_at: str
    owners: str
    channels: str
    consents: str
    identities: IdentityNames


@dataclass(frozen=True)
class PersonColumns:
    """The columns of people in exports."""

    key: str
    name: str
    title: str
    role: str
    influence: str
    stance: str
    department: str
    superior: str


@dataclass(frozen=True)
class ColumnWording:
    """The columns of exports."""

    of_customer: str
    """A column of the customer in a table of people; {} is what the column is called."""
    customer: CustomerColumns
    person: PersonColumns


@dataclass(frozen=True)
class DemoWording:
    """The segments of the demonstration, by key."""

    loyal_customers: str
    big_spenders_to_win_back: str
    one_time_buyers: str


@dataclass(frozen=True)
class SignInWording:
    """What the pages on which people sign in say."""

    title: str
    link: str
    """What the button of a sign-in link does."""
    sign_in: str
    """The button."""
    provider: str
    """The way to the identity provider."""
    ask: str
    """What to do where there is no identity provider."""
    signed_in: str
    go_on: str
    link_over: str
    refused: str
    too_many: str
    insecure: str
    other_site: str
