"""The columns that a table of members or people can have, found by the names that clients write.

A name is a field (`name`, `owners`), or a family and a key (`tags:company_size`); a star in place
of the key stands for every key there is. In a table of people, `customer.` goes before the name of
a column of their customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from profilegraph.domain.contacts import CONTACT_KINDS
from profilegraph.domain.records.activity import Arrival
from profilegraph.domain.records.customers import (
    Consent,
    CustomerKind,
    Identity,
    IdentityKind,
    Tagging,
)
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.language.nodes import AttributeLeaf, MetricLeaf, Node, Tags, walk
from profilegraph.nearest import did_you_mean
from profilegraph.rendering.enum_labels import enum_labels
from profilegraph.rendering.languages import in_every_language, languages, wording
from profilegraph.rendering.wording.names import CustomerColumns
from profilegraph.services.exports.cells import Cell, LabelledValue
from profilegraph.storage.records.people import PersonProfile
from profilegraph.storage.records.reads import Owner, Profile

MOST_COLUMNS = 200
STAR = "*"


class ExportSubject(Enum):
    """Whom a table lists."""

    MEMBERS = "members"
    PEOPLE = "people"


class ColumnRequirement(Enum):
    """What must be read of customers besides their profiles."""

    TAGGINGS = "taggings"
    IDENTITIES = "identities"
    OWNERS = "owners"
    ARRIVALS = "arrivals"
    CONSENTS = "consents"


@dataclass(frozen=True)
class ExportRow:
    """What was read for one row: a customer, and in a table of people one of its people."""

    profile: Profile
    taggings: Sequence[Tagging] = ()
    identities: Sequence[Identity] = ()
    owners: Sequence[Owner] = ()
    arrivals: Sequence[Arrival] = ()
    consents: Sequence[Consent] = ()
    """What was said by now."""
    portrait: PersonProfile | None = None


@dataclass(frozen=True)
class ExportColumn:
    """One column: its name for programs, its labels for people, and what it shows of a row."""

    name: str
    labels: Labels
    value: Callable[[ExportRow], Cell] = field(repr=False)
    need: ColumnRequirement | None = None


def choose(
    names: Sequence[str], what: ExportSubject, catalogue: Catalogue
) -> tuple[ExportColumn, ...]:
    """Return the columns of these names, in their order.

    Raises InvalidInput where there is no such column, naming the nearest, or one is named twice.
    """
    known = _known(what, catalogue)
    found = tuple(column for name in names for column in _named(name.strip(), known))
    twice = {one.name for one in found if sum(one.name == other.name for other in found) > 1}
    if twice:
        raise InvalidInput(f"named twice: {', '.join(sorted(twice))}.", where="columns")
    if not 1 <= len(found) <= MOST_COLUMNS:
        message = f"a table has 1 to {MOST_COLUMNS} columns, not {len(found)}."
        raise InvalidInput(message, where="columns")
    return found


def usual(node: Node, what: ExportSubject) -> list[str]:
    """Return the names of the columns that a table has unless others are asked for.

    Those of members end with what the filter asks of: its attributes, metrics and dimensions.
    """
    if what is ExportSubject.PEOPLE:
        return [*_PERSON, f"{_OF_CUSTOMER}key", f"{_OF_CUSTOMER}name"]
    return [*dict.fromkeys(("key", "name", "kind", "created_at", "owners", *_asked_of(node)))]


def _asked_of(node: Node) -> Iterator[str]:
    for one in walk(node):
        match one:
            case Tags(dimension=key):
                yield f"tags:{key}"
            case AttributeLeaf(key=key):
                yield f"attribute:{key}"
            case MetricLeaf(key=key):
                yield f"metric:{key}"


def _named(name: str, known: Mapping[str, ExportColumn]) -> Iterable[ExportColumn]:
    if name in known:
        return [known[name]]
    if name.endswith(f":{STAR}"):
        return [one for key, one in known.items() if key.startswith(name.removesuffix(STAR))]
    hint = did_you_mean(name, known, "docs/exports.md lists them.")
    raise InvalidInput(f"no column is called {name!r}.", where="columns", hint=hint)


def _known(what: ExportSubject, catalogue: Catalogue) -> dict[str, ExportColumn]:
    of_customer = {one.name: one for one in (*_columns_of_customers(), *_of_catalogue(catalogue))}
    if what is ExportSubject.MEMBERS:
        return of_customer
    within = (_within_people(one) for one in of_customer.values())
    return {one.name: one for one in (*_columns_of_people(), *within)}


_OF_CUSTOMER = "customer."


def _within_people(column: ExportColumn) -> ExportColumn:
    # A language that the product has or the column: each says what it can, and the rest another.
    labels = {
        locale: wording(locale).columns.of_customer.format(column.labels.text(locale))
        for locale in {**languages(), **column.labels.by_locale}
    }
    return replace(column, name=_OF_CUSTOMER + column.name, labels=Labels.model_validate(labels))


def _of_catalogue(catalogue: Catalogue) -> Iterator[ExportColumn]:
    for attribute in catalogue.attributes.values():
        yield ExportColumn(
            f"attribute:{attribute.key}", attribute.labels, _attribute(attribute.key)
        )
    for metric in catalogue.metrics.values():
        yield ExportColumn(f"metric:{metric.key}", metric.labels, _metric(metric.key))
    for dimension in catalogue.dimensions.values():
        shown = _tags(dimension.key, catalogue)
        yield ExportColumn(
            f"tags:{dimension.key}", dimension.labels, shown, ColumnRequirement.TAGGINGS
        )


def _attribute(key: str) -> Callable[[ExportRow], Cell]:
    return lambda row: row.profile.attributes.get(key)


def _metric(key: str) -> Callable[[ExportRow], Cell]:
    return lambda row: row.profile.metrics.get(key)


def _tags(dimension: str, catalogue: Catalogue) -> Callable[[ExportRow], Cell]:
    def of(row: ExportRow) -> Cell:
        keys = (catalogue.current_tag(one.tag) for one in row.taggings)
        return tuple(
            LabelledValue(key.partition("/")[2], catalogue.tags[key].labels)
            for key in keys
            if key.startswith(f"{dimension}/") and key in catalogue.tags
        )

    return of


def consented(consents: Sequence[Consent]) -> tuple[str, ...]:
    """Return the purposes for which the latest word is a consent; of two at once, the refusal counts."""
    latest: dict[str, Consent] = {}
    for one in sorted(consents, key=lambda one: (one.at, not one.granted)):
        latest[one.purpose] = one
    return tuple(purpose for purpose in sorted(latest) if latest[purpose].granted)


def _columns_of_customers() -> Iterator[ExportColumn]:
    said = _customer_labels
    kinds = {kind: enum_labels(kind) for kind in CustomerKind}
    yield ExportColumn("key", said(lambda words: words.key), lambda row: row.profile.key)
    yield ExportColumn("name", said(lambda words: words.name), lambda row: row.profile.name)
    yield ExportColumn(
        "kind",
        said(lambda words: words.kind),
        lambda row: LabelledValue(row.profile.kind.value, kinds[row.profile.kind]),
    )
    yield ExportColumn(
        "created_at", said(lambda words: words.created_at), lambda row: row.profile.created_at
    )
    yield ExportColumn(
        "owners",
        said(lambda words: words.owners),
        lambda row: tuple(one.employee.name or one.employee.key for one in row.owners),
        ColumnRequirement.OWNERS,
    )
    yield ExportColumn(
        "channels",
        said(lambda words: words.channels),
        lambda row: tuple(dict.fromkeys(one.channel for one in row.arrivals)),
        ColumnRequirement.ARRIVALS,
    )
    yield ExportColumn(
        "consents",
        said(lambda words: words.consents),
        lambda row: consented(row.consents),
        ColumnRequirement.CONSENTS,
    )
    yield from map(_identity_column, IdentityKind)


def _customer_labels(word: Callable[[CustomerColumns], str]) -> Labels:
    return in_every_language(lambda words: word(words.columns.customer))


def _identity_name(kind: IdentityKind) -> str:
    return f"identity:{kind.value.lower()}"


CONTACT_COLUMNS = frozenset(map(_identity_name, CONTACT_KINDS))
"""Names of the columns that show contact data."""


def _identity_column(kind: IdentityKind) -> ExportColumn:
    return ExportColumn(
        _identity_name(kind),
        _customer_labels(lambda words: words.identities.of(kind)),
        lambda row: tuple(one.value for one in row.identities if one.kind is kind),
        ColumnRequirement.IDENTITIES,
    )


_PERSON: Mapping[str, Callable[[PersonProfile], Cell]] = MappingProxyType(
    {
        "key": lambda one: one.person.key,
        "name": lambda one: one.person.name,
        "title": lambda one: one.person.title,
        "role": lambda one: _role(one.person.role),
        "influence": lambda one: one.person.influence,
        "stance": lambda one: one.person.stance,
        "department": lambda one: one.department,
        "superior": lambda one: one.superior,
    }
)
"""What each column of people shows; the words of languages are called like the columns."""


def _columns_of_people() -> Iterator[ExportColumn]:
    for name, value in _PERSON.items():
        yield _person_column(name, value)


def _person_column(name: str, value: Callable[[PersonProfile], Cell]) -> ExportColumn:
    labels = in_every_language(lambda words: getattr(words.columns.person, name))
    return ExportColumn(
        name, labels, lambda row: None if row.portrait is None else value(row.portrait)
    )


def _role(role: DecisionRole | None) -> Cell:
    if role is None:
        return None
    return LabelledValue(role.value, in_every_language(lambda words: words.names.of(role)))
