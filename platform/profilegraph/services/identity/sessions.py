"""Sessions of browsers: begun by a sign-in link or an identity provider, ended by either side."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.identity import BrowserSession, roles_in_force
from profilegraph.errors import InvalidInput, NotFound, Unauthenticated
from profilegraph.services.audit.entries import sign_in_entry, sign_out_entry
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.duties import require_administrator
from profilegraph.services.identity.employees import with_author
from profilegraph.services.identity.secrets import RandomBytes, hash_of, new_id, new_secret
from profilegraph.services.platform import Platform
from profilegraph.storage.identity import sessions as storage
from profilegraph.storage.neo4j.database import Transaction

MOST_LINK_MINUTES = 24 * 60


@dataclass(frozen=True)
class CreateSignInLink(ChangeCommand):
    """A link by which an employee signs in once."""

    employee: str
    minutes: int = 15

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(employee=self.employee)


@dataclass(frozen=True)
class EndSessions(ChangeCommand):
    """The session with an id, or all sessions of an employee, to end."""

    id: str | None = None
    employee: str | None = None

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(session=self.id, employee=self.employee)


@dataclass(frozen=True)
class SignedIn:
    """A session that begins, and its secret, which the browser keeps."""

    session: BrowserSession
    secret: str


async def create_link(
    platform: Platform,
    command: CreateSignInLink,
    context: CommandContext,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> str:
    """Return the secret of a new sign-in link.

    Raises Forbidden unless the actor is an administrator, NotFound if there is no such employee,
    InvalidInput.
    """
    require_administrator(context.actor, "make sign-in links")
    if not 1 <= command.minutes <= MOST_LINK_MINUTES:
        raise InvalidInput(f"a link lasts 1 to {MOST_LINK_MINUTES} minutes.", where="minutes")
    secret = new_secret(random_bytes)
    expires = context.now + timedelta(minutes=command.minutes)

    async def work(transaction: Transaction) -> None:
        await with_author(transaction, command.employee)
        await storage.create_link(
            transaction, command.employee, hash_of(secret), context.now, expires
        )

    await run_command(platform, command, context, work)
    return secret


async def sign_in(
    platform: Platform,
    link: str,
    now: datetime,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> SignedIn:
    """Use a sign-in link up and begin a session; raises Unauthenticated unless the link is valid."""

    async def work(transaction: Transaction) -> SignedIn:
        employee = await storage.use_link(transaction, hash_of(link), now)
        if employee is None:
            raise Unauthenticated(
                "the link was used already, or is expired.",
                hint="Ask an administrator for another one.",
                reason="sign-in link is unknown, used or expired",
            )
        return await _begin(platform, transaction, employee, now, random_bytes)

    return await platform.database.write(work)


async def begin_session(
    platform: Platform,
    employee: str,
    now: datetime,
    provider: str,
    roles: Sequence[str] = (),
    random_bytes: RandomBytes = secrets.token_bytes,
) -> SignedIn:
    """Begin a session of an employee for whom an identity provider vouches.

    The roles are those that the provider names; without any, the employee's.
    """

    async def work(transaction: Transaction) -> SignedIn:
        return await _begin(
            platform, transaction, employee, now, random_bytes, provider, tuple(roles)
        )

    return await platform.database.write(work)


async def check_session(platform: Platform, secret: str, now: datetime) -> BrowserSession:
    """Return the session that a secret belongs to.

    Raises Unauthenticated if it is unknown, expired or idle for too long, or its employee no longer
    exists; only the error's reason says which.
    """
    found = await storage.find_session(platform.database, hash_of(secret))
    if found is None:
        raise _refused("unknown, or ended")
    session = found.session
    if not found.employed:
        raise _refused(f"its employee is gone (session {session.id})", session.id)
    if session.expires_at <= now:
        raise _refused(f"expired (session {session.id})", session.id)
    if session.seen_at <= now - idle_time(platform):
        raise _refused(f"idle (session {session.id})", session.id)
    return session


async def sign_out(platform: Platform, secret: str, now: datetime) -> None:
    """End the session that a secret belongs to."""
    found = await storage.find_session(platform.database, hash_of(secret))
    if found is None:
        return
    principal = found.session.principal

    async def work(transaction: Transaction) -> None:
        if await storage.end_sessions(transaction, hash_=hash_of(secret)):
            transaction.record(sign_out_entry(principal, now))

    await platform.database.write(work)


async def end_sessions(platform: Platform, command: EndSessions, context: CommandContext) -> int:
    """End sessions and return how many it were.

    Raises Forbidden unless the actor is an administrator, InvalidInput unless one of id and employee
    is given, NotFound if no session has the id.
    """
    require_administrator(context.actor, "end sessions")
    if (command.id is None) == (command.employee is None):
        raise InvalidInput("give exactly one of id and employee.", where="employee")

    async def work(transaction: Transaction) -> int:
        ended = await storage.end_sessions(transaction, id_=command.id, employee=command.employee)
        if command.id is not None and not ended:
            raise NotFound(
                f"no session has the id {command.id!r}.", hint="See `profilegraph signin list`."
            )
        return ended

    return await run_command(platform, command, context, work)


async def sessions(platform: Platform, actor: Actor, now: datetime) -> Sequence[BrowserSession]:
    """Return the sessions that are not over; raises Forbidden unless the actor is an administrator."""
    require_administrator(actor, "see sessions")
    unseen = now - idle_time(platform)
    found = await storage.read_sessions(platform.database)
    return [one for one in found if one.expires_at > now and one.seen_at > unseen]


def idle_time(platform: Platform) -> timedelta:
    """Return after how long without a request a session ends."""
    return timedelta(minutes=platform.settings.session_idle_minutes)


async def _begin(
    platform: Platform,
    transaction: Transaction,
    key: str,
    now: datetime,
    random_bytes: RandomBytes,
    provider: str | None = None,
    roles: tuple[str, ...] = (),
) -> SignedIn:
    try:
        employee = await with_author(transaction, key)
    except NotFound as fault:
        raise _refused("its employee is gone") from fault
    secret = new_secret(random_bytes)
    session = BrowserSession(
        new_id(random_bytes),
        key,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=platform.settings.session_hours),
        roles=roles,
        author=employee.author or key,
        provider=provider,
    )
    await storage.create_session(transaction, session, hash_of(secret))
    in_force = roles_in_force(roles, key, employee.roles)
    begun = replace(session, roles=in_force)
    transaction.record(
        sign_in_entry(begun.principal, "link" if provider is None else "provider", now)
    )
    return SignedIn(begun, secret)


def _refused(reason: str, principal: str | None = None) -> Unauthenticated:
    return Unauthenticated(
        "the session has ended.",
        hint="Sign in again.",
        reason=f"session is {reason}",
        principal=principal,
    )
