"""What mutations are given, and the records that it makes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import strawberry
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from strawberry import UNSET

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
from profilegraph.domain.refusals import reason, reasons
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


@strawberry.input(description="A key by which a channel knows a customer.")
class IdentityInput:
    """A key by which a channel knows a customer."""

    kind: IdentityKind = strawberry.field(description="Which channel.")
    value: str = strawberry.field(
        description="The key, in any usual way of writing: 138 0013 8000 is understood."
    )
    region: str | None = optional(
        "Country (ISO 3166, such as US) of a phone number without its country code; the deployment's"
        " if left out, and then one that may be another country's is refused."
    )


@strawberry.input(
    description="A new value of an attribute, in the field of its type; in none to clear it."
)
class AttributeInput:
    """A new value of an attribute."""

    key: str = strawberry.field(description="Key of the attribute.")
    number: float | None = optional("Where the type is NUMBER.")
    text: str | None = optional("Where the type is STRING.")
    day: date | None = optional("Where the type is DATE.", "date")
    boolean: bool | None = optional("Where the type is BOOLEAN.")

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


@strawberry.input(
    description="A customer to save; what is left out stays as it is, null clears it."
)
class SaveCustomerInput:
    """A customer to save."""

    key: str = strawberry.field(description=_KEY)
    kind: CustomerKind | None = optional(
        "Organisation or person; COMPANY for a new one if left out."
    )
    name: str | None = optional("Name.")
    created_at: datetime | None = optional(
        "Since when it has been a customer, with a time zone; since it was first saved if left out."
    )
    attributes: list[AttributeInput] | None = optional("New values of attributes; others stay.")
    identities: list[IdentityInput] | None = optional("Further identities; others stay.")


@strawberry.input(
    description="A department to save; what is left out stays as it is, null clears it."
)
class SaveDepartmentInput:
    """A department to save."""

    key: str = strawberry.field(description=_KEY)
    customer: str = strawberry.field(description="Key of the customer that it is a part of.")
    name: str | None = optional("What the customer calls it.")
    function: DepartmentFunction | None = optional("What it does.")
    parent: str | None = optional("Key of the department that it is part of.")
    since: datetime | None = optional(_SINCE)


@strawberry.input(
    description="A decision-maker to save; what is left out stays as it is, null clears it."
)
class SaveDecisionMakerInput:
    """A decision-maker to save."""

    key: str = strawberry.field(description=_KEY)
    customer: str = strawberry.field(description="Key of the customer that the person is at.")
    name: str | None = optional("Name.")
    title: str | None = optional("Job title.")
    role: DecisionRole | None = optional("Part in the customer's decision.")
    influence: float | None = optional("How much the word counts, 0 to 1.")
    stance: float | None = optional("From -1 (against us) to 1 (for us).")
    department: str | None = optional("Key of the department that the person works in.")
    reports_to: str | None = optional("Key of the superior.")
    since: datetime | None = optional(_SINCE)


@strawberry.input(description="A tag to put on customers, and what is known about it.")
class TaggingInput:
    """A tag to put on customers."""

    tag: str = strawberry.field(description="Full key of the tag, `dimension/tag`.")
    since: datetime | None = optional("Since when, with a time zone; now if left out.")
    until: datetime | None = optional("When it ends, with a time zone.")
    source: TagSource | None = optional("What puts it on: MANUAL if left out.")
    by: str | None = optional("Who says so: the name of the API key if left out.")
    confidence: float | None = optional("How sure it is, 0 to 1; 1 if left out.")
    weight: float | None = optional("How strongly it holds, 0 to 1; 1 if left out.")
    evidence: str | None = optional("What it rests on.")
    weekdays: list[int] | None = optional("On which days of the week it holds; 1 is Monday.")
    hours: str | None = optional("At what times of day, such as 18:00-22:00.")
    frequency: str | None = optional("How often, such as weekly.")


@strawberry.input(description="Something that a customer did.")
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


@strawberry.input(description="What people read, in one language.")
class LabelInput:
    """What people read, in one language."""

    locale: str = strawberry.field(description="Tag of the language, such as fr or pt-BR.")
    text: str = strawberry.field(description="What they read.")


@strawberry.input(
    description="What people read, in Chinese, in English or in both, and in any other language; those"
    " that are left out stay as they are."
)
class LabelsInput:
    """What people read, in one language or in several."""

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
            raise _invalid(fault) from fault


@strawberry.input(description="A segment to save.")
class SaveSegmentInput:
    """A segment to save."""

    key: str = strawberry.field(description=_KEY)
    labels: LabelsInput = strawberry.field(description="Its name.")
    filter: Node = strawberry.field(description="Who is a member.", graphql_type=FilterInput)
    note: str = strawberry.field(default="", description="What changed, and why.")
    state: SegmentState | None = optional(
        "The state to come into; left out, a new segment is ACTIVE and a known one stays as it is."
    )
    base_version: int | None = optional(BASE_VERSION)


@strawberry.input(description="A segment whose members are chosen by hand.")
class SaveStaticSegmentInput:
    """A segment whose members are chosen by hand."""

    key: str = strawberry.field(description=_KEY)
    labels: LabelsInput = strawberry.field(description="Its name.")
    customers: list[str] = strawberry.field(
        description="Keys of all its members, at most 10,000; `changeStaticSegment` adds more."
    )
    note: str = strawberry.field(default="", description="What changed, and why.")
    state: SegmentState | None = optional(
        "The state to come into; left out, a new segment is ACTIVE and a known one stays as it is."
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


def record(kind: type[R], fields: dict[str, Any]) -> R:
    """Return a record of these fields; raises InvalidInput that names those that cannot be used."""
    try:
        return kind(**fields)
    except ValidationError as fault:
        raise _invalid(fault) from fault


def key(text: str, where: str) -> str:
    """Return a business key without space around it; raises InvalidInput."""
    try:
        return _KEYS.validate_python(text)
    except ValidationError as fault:
        raise InvalidInput(reason(reasons(fault)[0]) + ".", where=where) from fault


def _invalid(fault: ValidationError) -> InvalidInput:
    told = [(_place(error["loc"]), reason(error)) for error in reasons(fault)]
    return InvalidInput("; ".join(f"{place}: {why}" for place, why in told), where=told[0][0])


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(to_camel(str(part)) for part in location) or "input"
