"""Makes entries of the audit log: who did something, and to what."""

from __future__ import annotations

from datetime import datetime

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.identity import Principal


def actor_of(who: Principal) -> AuditActor:
    """Return who did something, for an entry."""
    return AuditActor(who.name, who.id, who.employee)


def actor_in(context: CommandContext) -> AuditActor:
    """Return who asks for a change, for an entry."""
    return AuditActor(context.author, context.principal, context.actor.employee)


def sign_in_entry(who: Principal, method: str, now: datetime) -> AuditEntry:
    """Return the entry of a sign-in by a method, with the roles that it gave."""
    roles = AuditTargets(others=tuple(f"role:{key}" for key in who.roles))
    return AuditEntry.of(AuditKind.SIGN_IN, "signIn", actor_of(who), now, roles, method)


def sign_out_entry(who: Principal, now: datetime) -> AuditEntry:
    """Return the entry of a sign-out."""
    return AuditEntry.of(AuditKind.SIGN_IN, "signOut", actor_of(who), now)


def change_entry(operation: str, context: CommandContext, **targets: str) -> AuditEntry:
    """Return the entry of a change that is no command of its own."""
    about = AuditTargets.of(**targets)
    return AuditEntry.of(AuditKind.CHANGE, operation, actor_in(context), context.now, about)


def operator_entry(operation: str, now: datetime, *targets: str) -> AuditEntry:
    """Return the entry of a change by the operator of the deployment, to targets as `kind:key`."""
    about = AuditTargets(others=targets)
    return AuditEntry.of(AuditKind.CHANGE, operation, AuditActor(OPERATOR.name), now, about)
