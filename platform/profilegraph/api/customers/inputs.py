"""Inputs of the mutations on customers and segments, and the records made from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import strawberry
from pydantic import TypeAdapter, ValidationError
from strawberry import UNSET

from profilegraph.api.runtime.definitions import input_type
from profilegraph.api.runtime.enums import (
    CustomerKind,
    DecisionRole,
    DepartmentFunction,
    IdentityKind,
    SegmentState,
    TagSource,
)
from profilegraph.api.runtime.fields import optional
from profilegraph.api.segments.filters import FilterInput
from profilegraph.domain.records.customers import AttributeValue
from profilegraph.domain.refusals import invalid_input, reason, reasons
from profilegraph.domain.values import Key, Labels, Record
from profilegraph.errors import InvalidInput
from profilegraph.language.nodes import Node

R = TypeVar("R", bound=Record)
_KEYS = TypeAdapter[str](Key)
BASE_VERSION = (
    "Number of the version that the change was made from, 0 for a new segment: refused with CONFLICT"
    " where another one is the newest by now. Left out, the newest is replaced whoever saved it."
)
_SINCE = "Since when it is so, with a time zone; from now on if left out."
_KEY = "Business key, 1 to 200 characters: a number of your own that never changes."


@input_type
class IdentityInput:
    """A key by which a channel knows a customer."""

    kind: IdentityKind = strawberry.field(description="The channel.")
    value: str = strawberry.field(
        description="The key, in any common notation, such as 138 0013 8000."
    )
    region: str | None = optional(
        "Country (ISO 3166, such as US) of a phone number without a country code. By default "
        "that of the deployment; then a number that may belong to another country is refused."
    )


@input_type
class AttributeInput:
    """A new value of an attribute, in the field of its type; no field clears it."""

    key: str = strawberry.field(description="Key of the attribute.")
    number: float | None = optional("For the type NUMBER.")
    text: str | None = optional("For the type STRING.")
    day: date | None = optional("For the type DATE.", "date")
    boolean: bool | None = optional("For the type BOOLEAN.")

    def value(self) -> AttributeValue | None:
        """Return the value, None to clear it; raises InvalidInput where several are given."""
        values = [
            value
            for value in (self.number, self.text, self.day, self.boolean)
            if value is not UNSET and value is not None
        ]
        if len(values) > 1:
            raise InvalidInput(
                f"the attribute {self.key!r} has several values.",
                where="attributes",
                hint="Give one of number, text, date and boolean.",
            )
        return values[0] if values else None


@input_type
class SaveCustomerInput:
    """A customer to save; an omitted field stays unchanged, null clears it."""

    key: str = strawberry.field(description=_KEY)
    kind: CustomerKind | None = optional("Company or person; COMPANY by default for a new one.")
    name: str | None = optional("Name.")
    created_at: datetime | None = optional(
        "Since when it has been a customer, with a time zone; by default since it was first saved."
    )
    attributes: list[AttributeInput] | None = optional("New attribute values; others stay.")
    identities: list[IdentityInput] | None = optional("Further identities; others stay.")


@input_type
class SaveDepartmentInput:
    """A department to save; an omitted field stays unchanged, null clears it."""

    key: str = strawberry.field(description=_KEY)
    customer: str = strawberry.field(description="Key of the customer that it is a part of.")
    name: str | None = optional("Name of the department.")
    function: DepartmentFunction | None = optional("Its function.")
    parent: str | None = optional("Key of the department that it is part of.")
    since: datetime | None = optional(_SINCE)


@input_type
class SaveDecisionMakerInput:
    """A decision-maker to save; an omitted field stays unchanged, null clears it."""

    key: str = strawberry.field(description=_KEY)
    customer: str = strawberry.field(description="Key of the customer that the person is at.")
    name: str | None = optional("Name.")
    title: str | None = optional("Job title.")
    role: DecisionRole | None = optional("Role in the customer's decision.")
    influence: float | None = optional("Influence on the decision, 0 to 1.")
    stance: float | None = optional("Stance, from -1 (against us) to 1 (for us).")
    department: str | None = optional("Key of the department that the person works in.")
    reports_to: str | None = optional("Key of the superior.")
    since: datetime | None = optional(_SINCE)


@input_type
class TaggingInput:
    """A tag to put on customers, and what is known about it."""

    tag: str = strawberry.field(description="Full key of the tag, `dimension/tag`.")
    since: datetime | None = optional("Since when, with a time zone; by default now.")
    until: datetime | None = optional("When it ends, with a time zone.")
    source: TagSource | None = optional("The source, by default MANUAL.")
    by: str | None = optional("The author, by default the name of the API key.")
    confidence: float | None = optional("Confidence, 0 to 1, by default 1.")
    weight: float | None = optional("Weight, 0 to 1, by default 1.")
    evidence: str | None = optional("The evidence.")
    weekdays: list[int] | None = optional("The days of the week on which it holds, 1 for Monday.")
    hours: str | None = optional("The time of day at which it holds, such as 18:00-22:00.")
    frequency: str | None = optional("How often, such as weekly.")


@input_type
class EventInput:
    """Something that a customer did."""

    key: str = strawberry.field(
        description=f"{_KEY} The same key again replaces the event and never doubles it."
    )
    customer: str = strawberry.field(description="Key of the customer who did it.")
    type: str = strawberry.field(description="Key of the event type.")
    at: datetime = strawberry.field(description="When, with a time zone.")
    channel: str | None = optional("Key of the channel where it happened.")
    content: str | None = optional("What it was about: a page, a product.")
    amount: Decimal | None = optional("Money spent, at most four decimal places.")
    person: str | None = optional("Key of the decision-maker who did it.")


@input_type
class LabelInput:
    """A label in one language."""

    locale: str = strawberry.field(description="Tag of the language, such as fr or pt-BR.")
    text: str = strawberry.field(description="The label.")


@input_type
class LabelsInput:
    """A label in Chinese, in English or in both, and in any other language.

    An omitted language stays unchanged.
    """

    zh_cn: str | None = optional("In Chinese.", name="zhCN")
    en: str | None = optional("In English.")
    others: list[LabelInput] | None = optional("In other languages, each once.")

    def by_locale(self) -> dict[str, str | None]:
        """Return what is said by its language; raises InvalidInput where one is said twice."""
        found: dict[str, str | None] = {"zh-CN": self.zh_cn or None, "en": self.en or None}
        for one in self.others or ():
            if found.get(one.locale) is not None:
                raise InvalidInput(f"{one.locale!r} is given twice.", where="labels.others")
            found[one.locale] = one.text
        return found

    def labels(self) -> Labels:
        """Return the labels; raises InvalidInput."""
        try:
            return Labels.model_validate(self.by_locale())
        except ValidationError as fault:
            raise invalid_input(fault) from fault


@input_type
class SaveSegmentInput:
    """A segment to save."""

    key: str = strawberry.field(description=_KEY)
    labels: LabelsInput = strawberry.field(description="Its name.")
    filter: Node = strawberry.field(
        description="The filter of its members.", graphql_type=FilterInput
    )
    note: str = strawberry.field(default="", description="What changed, and why.")
    state: SegmentState | None = optional(
        "The new state; by default ACTIVE for a new segment, unchanged for an existing one."
    )
    base_version: int | None = optional(BASE_VERSION)


@input_type
class SaveStaticSegmentInput:
    """A segment whose members are chosen by hand."""

    key: str = strawberry.field(description=_KEY)
    labels: LabelsInput = strawberry.field(description="Its name.")
    customers: list[str] = strawberry.field(
        description="Keys of all its members, at most 10,000; `changeStaticSegment` adds more."
    )
    note: str = strawberry.field(default="", description="What changed, and why.")
    state: SegmentState | None = optional(
        "The new state; by default ACTIVE for a new segment, unchanged for an existing one."
    )
    base_version: int | None = optional(BASE_VERSION)


def values(given_input: object, *names: str) -> dict[str, Any]:
    """Return the fields of an input that were given, by name: those of `names`, else all."""
    assert not isinstance(given_input, type)  # noqa: S101  (inputs are instances)
    wanted: Iterable[str] = names or [one.name for one in fields(given_input)]  # type: ignore[arg-type]
    found = {name: getattr(given_input, name) for name in wanted}
    return {name: value for name, value in found.items() if value is not UNSET}


def present(given_input: object, *names: str) -> dict[str, Any]:
    """Return the fields of an input that have a value, by name: null is as if left out."""
    return {name: one for name, one in values(given_input, *names).items() if one is not None}


def key(text: str, where: str) -> str:
    """Return a business key without space around it; raises InvalidInput."""
    try:
        return _KEYS.validate_python(text)
    except ValidationError as fault:
        raise InvalidInput(reason(reasons(fault)[0]) + ".", where=where) from fault
