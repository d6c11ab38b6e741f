"""Access: permissions, roles that grant them, and the rows for which they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from profilegraph.domain.locales import nearest_locale
from profilegraph.domain.values import Choice


class Permission(Choice):
    """What somebody may do, with the customers in their rows."""

    CUSTOMERS_READ = "customers.read", "To see customers, their tags, people and activity."
    CONTACTS_READ = "contacts.read", "To see contact data unmasked, and to find customers by it."
    CUSTOMERS_WRITE = (
        "customers.write",
        "To save customers, departments, decision-makers and events.",
    )
    CUSTOMERS_TAG = (
        "customers.tag",
        "To put tags on customers and remove them, as far as duties allow.",
    )
    CUSTOMERS_EXPORT = (
        "customers.export",
        "To download members of segments, and to send them to destinations.",
    )
    SEGMENTS_READ = "segments.read", "To see saved segments, and to ask questions by filters."
    SEGMENTS_WRITE = (
        "segments.write",
        "To save segments and groups, to take snapshots, to make segments live, to save webhooks.",
    )
    TAXONOMIES_WRITE = (
        "taxonomies.write",
        "To save and change taxonomies, as far as duties allow.",
    )
    AUDIT_READ = "audit.read", "To read the audit log."
    ADMINISTER = (
        "administer",
        "To administer keys, roles and duties, and to do what duties would refuse.",
    )


class RowAccess(Choice):
    """The customers for which a role grants its permissions."""

    ALL = "ALL", "All customers."
    OWN = "OWN", "Those that the employee owns; none for a machine."
    TEAM = "TEAM", "Those that somebody of the employee's own team owns; none for a machine."
    TEAM_AND_BELOW = (
        "TEAM_AND_BELOW",
        "Those that somebody of the employee's team, or of one below it, owns; none for a machine.",
    )
    FILTER = "FILTER", "Those that match a filter."


@dataclass(frozen=True)
class Role:
    """A named set of permissions, and the rows for which it grants them."""

    key: str
    permissions: frozenset[Permission]
    rows: RowAccess = RowAccess.ALL
    filter: Mapping[str, Any] | None = None
    """For `RowAccess.FILTER`, the filter in its JSON form."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call it, by language."""
    built_in: bool = False

    def label(self, locale: str) -> str:
        """Return what people call it in a language, or the nearest to it; its key without a label."""
        if not self.labels:
            return self.key
        return self.labels[nearest_locale(locale, self.labels)]


_READING = (Permission.CUSTOMERS_READ, Permission.SEGMENTS_READ)
_SELLING = (
    *_READING,
    Permission.CONTACTS_READ,
    Permission.CUSTOMERS_WRITE,
    Permission.CUSTOMERS_TAG,
)


def _built_in(
    key: str, rows: RowAccess, permissions: Iterable[Permission], en: str, zh: str
) -> tuple[str, Role]:
    labels = {"en": en, "zh-CN": zh}
    return key, Role(key, frozenset(permissions), rows, None, labels, built_in=True)


BUILT_IN_ROLES: Mapping[str, Role] = MappingProxyType(
    dict(
        (
            _built_in("admin", RowAccess.ALL, Permission, "administrator", "管理员"),
            _built_in(
                "marketer",
                RowAccess.ALL,
                (
                    *_SELLING,
                    Permission.SEGMENTS_WRITE,
                    Permission.CUSTOMERS_EXPORT,
                    Permission.TAXONOMIES_WRITE,
                ),
                "marketer",
                "市场人员",
            ),
            _built_in(
                "sales", RowAccess.OWN, (*_SELLING, Permission.SEGMENTS_WRITE), "sales", "销售"
            ),
            _built_in(
                "analyst",
                RowAccess.ALL,
                (*_READING, Permission.SEGMENTS_WRITE, Permission.CUSTOMERS_EXPORT),
                "analyst",
                "分析师",
            ),
            _built_in("partner", RowAccess.OWN, _READING, "partner", "合作伙伴"),
            _built_in("service", RowAccess.ALL, _SELLING, "customer service", "客服"),
        )
    )
)
"""The roles that every deployment has, by key."""
MACHINE_ROLES = ("admin",)
"""The roles of a machine's key for which none are named."""
EMPLOYEE_ROLES = ("marketer",)
"""The roles of an employee's key for which none are named, and none are assigned to the employee."""
