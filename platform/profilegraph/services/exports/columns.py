"""The columns that a table of members or people can have, found by the names that clients write.

A name is a field (`name`, `owners`), or a family and a key (`tags:company_size`); a star in place
of the key stands for every key there is. In a table of people, `customer.` goes before the name of
a column of their customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

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
from profilegraph.rendering.languages import CHINESE, ENGLISH
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
    of_customer = {one.name: one for one in (*_CUSTOMER, *_of_catalogue(catalogue))}
    if what is ExportSubject.MEMBERS:
        return of_customer
    within = (_within_people(one) for one in of_customer.values())
    return _PERSON | {one.name: one for one in within}


_OF_CUSTOMER = "customer."


def _within_people(column: ExportColumn) -> ExportColumn:
    labels = Labels(
        zh_cn=f"客户：{column.labels.text('zh-CN')}", en=f"Customer: {column.labels.text('en')}"
    )
    return replace(column, name=_OF_CUSTOMER + column.name, labels=labels)


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


def _identity(kind: IdentityKind) -> Callable[[ExportRow], Cell]:
    return lambda row: tuple(one.value for one in row.identities if one.kind is kind)


def consented(consents: Sequence[Consent]) -> tuple[str, ...]:
    """Return the purposes for which the latest word is a consent; of two at once, the refusal counts."""
    latest: dict[str, Consent] = {}
    for one in sorted(consents, key=lambda one: (one.at, not one.granted)):
        latest[one.purpose] = one
    return tuple(purpose for purpose in sorted(latest) if latest[purpose].granted)


_KINDS = {
    CustomerKind.COMPANY: Labels(zh_cn="企业", en="Company"),
    CustomerKind.PERSON: Labels(zh_cn="个人", en="Person"),
}
_IDENTITIES = {
    IdentityKind.PHONE: Labels(zh_cn="电话", en="Phone"),
    IdentityKind.EMAIL: Labels(zh_cn="邮箱", en="E-mail"),
    IdentityKind.WECOM_EXTERNAL_USER: Labels(zh_cn="企业微信外部联系人", en="WeCom contact"),
    IdentityKind.WECHAT_OPENID: Labels(zh_cn="微信公众号用户", en="WeChat open id"),
    IdentityKind.WECHAT_UNIONID: Labels(zh_cn="微信统一用户", en="WeChat union id"),
    IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE: Labels(
        zh_cn="统一社会信用代码", en="Unified social credit code"
    ),
    IdentityKind.WEBSITE: Labels(zh_cn="网站", en="Website"),
    IdentityKind.DEVICE: Labels(zh_cn="设备", en="Device"),
    IdentityKind.CRM: Labels(zh_cn="客户管理系统编号", en="CRM id"),
    IdentityKind.OTHER: Labels(zh_cn="其他身份", en="Other identity"),
}
_CUSTOMER = (
    ExportColumn("key", Labels(zh_cn="编号", en="Key"), lambda row: row.profile.key),
    ExportColumn("name", Labels(zh_cn="名称", en="Name"), lambda row: row.profile.name),
    ExportColumn(
        "kind",
        Labels(zh_cn="类型", en="Kind"),
        lambda row: LabelledValue(row.profile.kind.value, _KINDS[row.profile.kind]),
    ),
    ExportColumn(
        "created_at", Labels(zh_cn="建档时间", en="Created"), lambda row: row.profile.created_at
    ),
    ExportColumn(
        "owners",
        Labels(zh_cn="负责人", en="Owners"),
        lambda row: tuple(one.employee.name or one.employee.key for one in row.owners),
        ColumnRequirement.OWNERS,
    ),
    ExportColumn(
        "channels",
        Labels(zh_cn="来源渠道", en="Channels"),
        lambda row: tuple(dict.fromkeys(one.channel for one in row.arrivals)),
        ColumnRequirement.ARRIVALS,
    ),
    ExportColumn(
        "consents",
        Labels(zh_cn="同意的用途", en="Consents"),
        lambda row: consented(row.consents),
        ColumnRequirement.CONSENTS,
    ),
    *(
        ExportColumn(
            f"identity:{kind.value.lower()}", labels, _identity(kind), ColumnRequirement.IDENTITIES
        )
        for kind, labels in _IDENTITIES.items()
    ),
)


def _of_person(name: str, labels: Labels, value: Callable[[PersonProfile], Cell]) -> ExportColumn:
    return ExportColumn(
        name, labels, lambda row: None if row.portrait is None else value(row.portrait)
    )


def _role(role: DecisionRole | None) -> Cell:
    if role is None:
        return None
    return LabelledValue(role.value, Labels(zh_cn=CHINESE.roles[role], en=ENGLISH.roles[role]))


_PERSON = {
    one.name: one
    for one in (
        _of_person("key", Labels(zh_cn="编号", en="Key"), lambda one: one.person.key),
        _of_person("name", Labels(zh_cn="姓名", en="Name"), lambda one: one.person.name),
        _of_person("title", Labels(zh_cn="职务", en="Title"), lambda one: one.person.title),
        _of_person("role", Labels(zh_cn="决策角色", en="Role"), lambda one: _role(one.person.role)),
        _of_person(
            "influence", Labels(zh_cn="影响力", en="Influence"), lambda one: one.person.influence
        ),
        _of_person("stance", Labels(zh_cn="立场", en="Stance"), lambda one: one.person.stance),
        _of_person("department", Labels(zh_cn="部门", en="Department"), lambda one: one.department),
        _of_person("superior", Labels(zh_cn="上级", en="Superior"), lambda one: one.superior),
    )
}
