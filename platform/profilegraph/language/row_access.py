"""What a principal may do, and with which customers: permissions, each with a filter of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from profilegraph.domain.access import Permission
from profilegraph.errors import Forbidden
from profilegraph.language.nodes import EVERYONE, AllOf, AnyOf, Node, Related, transform

NOBODY = AnyOf(())


@dataclass(frozen=True)
class Grant:
    """The permissions that a role grants, for the customers that match a filter."""

    role: str
    permissions: frozenset[Permission]
    rows: Node = EVERYONE


@dataclass(frozen=True)
class Access:
    """All grants of a principal; each permission holds for the customers of any of its grants."""

    grants: tuple[Grant, ...]
    within: Node = EVERYONE
    """What the principal's own filter narrows all grants to."""

    def permits(self, permission: Permission) -> bool:
        """Return whether a permission is granted for some customers, or where customers do not matter."""
        return any(permission in one.permissions for one in self.grants)

    def rows(self, permission: Permission) -> Node:
        """Return the filter of the customers for which a permission holds; `EVERYONE` for all."""
        found = tuple(
            dict.fromkeys(one.rows for one in self.grants if permission in one.permissions)
        )
        if EVERYONE in found:
            return self.within
        union = found[0] if len(found) == 1 else AnyOf(found)
        return union if self.within == EVERYONE else AllOf((self.within, union))

    def require(self, permission: Permission, what: str) -> None:
        """Raise Forbidden, which says what was refused, unless a permission is granted."""
        if not self.permits(permission):
            raise self.refusal(permission, what)

    def refusal(self, permission: Permission, what: str) -> Forbidden:
        """Return the error of what needs a permission that is not granted."""
        roles = ", ".join(one.role for one in self.grants) or "none"
        return Forbidden(
            f"{what} needs the permission {permission.value!r}, which you do not have.",
            hint=f"Your roles: {roles}. Ask an administrator for a role that grants it.",
        )


def narrowed(node: Node, rows: Node) -> Node:
    """Return a filter of everybody as one that sees the customers of `rows` alone.

    Only relations of more than one step still lead past others; a scope of the context also ends
    those. It refers to no saved segments.
    """
    if rows == EVERYONE:
        return node

    def inside(one: Node) -> Node:
        return replace(one, where=AllOf((rows, one.where))) if isinstance(one, Related) else one

    return AllOf((rows, transform(node, inside)))


FULL_ACCESS = Access((Grant("admin", frozenset(Permission)),))
"""The access of whoever runs the deployment."""
