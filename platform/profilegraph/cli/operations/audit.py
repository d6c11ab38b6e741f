"""`profilegraph audit`: who did what, whether the log is as it was written, and how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.listing import AsJson, counted, show_json, show_rows
from profilegraph.cli.terminal.running import parse_moment, present, run
from profilegraph.errors import InvalidInput

if TYPE_CHECKING:
    from profilegraph.domain.audit import AuditFault, AuditVerification, StoredAuditEntry

app = typer.Typer(help="The audit log: who did what, when and to whom.", no_args_is_help=True)
_MOMENT = "such as 2026-01-31 or 2026-01-31T09:00:00+08:00."
Since = Annotated[
    datetime | None,
    typer.Option(
        parser=lambda text: parse_moment(text), metavar="MOMENT", help=f"From when on, {_MOMENT}"
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        parser=lambda text: parse_moment(text), metavar="MOMENT", help=f"Before when, {_MOMENT}"
    ),
]


@app.command("list")
def list_(
    who: Annotated[
        str | None,
        typer.Option(help="Name of an author, key of an employee, or id of a key or session."),
    ] = None,
    what: Annotated[
        str | None,
        typer.Option(
            help="A kind of entry, such as EXPORT, or an operation, such as TagCustomers."
        ),
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Key of a customer.")] = None,
    target: Annotated[
        str | None, typer.Option(help="Anything else that entries name, such as segment:loyal.")
    ] = None,
    since: Since = None,
    until: Until = None,
    first: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List entries of the audit log, the newest first."""
    from profilegraph.domain.audit import AuditQuestion
    from profilegraph.services.audit.questions import audit_page

    question = AuditQuestion(who, what, customer, target, since, until)
    page = run(lambda platform: audit_page(platform, question, first))
    if as_json:
        show_json([_json(one) for one in page.entries])
    else:
        show_rows(("at", "who", "what", "to", "outcome"), map(_row, page.entries))
    if page.has_next:
        err.print("there are more: give --first, --since or --until")
    if page.unnamed:
        err.print(
            f"may be about this customer, too: {page.unnamed:,} of more customers than an entry names"
        )


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER:HASH",
            help="A seal that was noted elsewhere, which the log has to contain.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that nothing of the audit log was removed, changed, moved or added since it was written."""
    from profilegraph.services.audit.verifying import AuditHead, verify_audit

    noted = None if head is None else AuditHead(*_noted(head))
    found = run(lambda platform: verify_audit(platform.database, present(), noted))
    if as_json:
        show_json(_verification(found))
    else:
        for fault in found.faults:
            out.print(escape(_told(fault)))
        if found.more_faults:
            out.print(f"and {found.more_faults:,} more")
        out.print(
            f"entries as they were written: {found.entries:,}; seals: {found.seals:,};"
            f" the newest seal: {found.head.number}:{found.head.hash}"
        )
    if found.faults:
        raise typer.Exit(1)


@app.command()
def prune(
    before: Annotated[
        datetime,
        typer.Option(
            parser=lambda text: parse_moment(text),
            metavar="MOMENT",
            help=f"Before when, {_MOMENT}",
            show_default=False,
        ),
    ],
) -> None:
    """Delete the entries that were sealed before a moment; the rest can still be verified."""
    from profilegraph.domain.audit import AuditActor
    from profilegraph.domain.duties import OPERATOR
    from profilegraph.services.audit.retention import prune_audit

    now = present()
    if before > now:
        raise InvalidInput("this moment has not come yet.", where="--before")
    actor = AuditActor(OPERATOR.name)
    deleted = run(lambda platform: prune_audit(platform.database, before, now, actor))
    out.print(f"{deleted:,} deleted")


def _noted(head: str) -> tuple[int, str]:
    number, _, hash_ = head.partition(":")
    if not number.isdecimal() or len(hash_) != 64:
        raise InvalidInput(
            f"{head!r} is no seal.", hint="Give it as `audit verify` printed it.", where="--head"
        )
    return int(number), hash_


def _told(fault: AuditFault) -> str:
    seal = "" if fault.seal is None else f" (seal {fault.seal})"
    return f"{fault.kind}: {fault.where}{seal}"


def _verification(found: AuditVerification) -> dict[str, object]:
    return {
        "sound": not found.faults,
        "entries": found.entries,
        "seals": found.seals,
        "head": f"{found.head.number}:{found.head.hash}",
        "cut": found.head.cut_number,
        "faults": [
            {"kind": one.kind.value, "where": one.where, "seal": one.seal} for one in found.faults
        ],
        "moreFaults": found.more_faults,
    }


def _row(stored: StoredAuditEntry) -> tuple[object, ...]:
    entry, actor = stored.entry, stored.entry.actor
    who = actor.name if actor.on_behalf_of is None else f"{actor.name} for {actor.on_behalf_of}"
    customers = ", ".join(entry.customers) or (
        counted(entry.customer_count, "customer") if entry.customer_count else ""
    )
    to = "; ".join(filter(None, (customers, ", ".join(entry.targets))))
    what = f"{entry.kind} {entry.operation}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}", who, what, to, entry.code or ""


def _json(stored: StoredAuditEntry) -> dict[str, object]:
    entry, actor = stored.entry, stored.entry.actor
    return {
        "position": str(stored.position),
        "at": entry.at,
        "kind": entry.kind.value,
        "operation": entry.operation,
        "actor": actor.name,
        "principal": actor.principal,
        "employee": actor.employee,
        "onBehalfOf": actor.on_behalf_of,
        "customers": list(entry.customers),
        "customerCount": entry.customer_count,
        "customersDigest": entry.customers_digest,
        "targets": list(entry.targets),
        "code": entry.code,
    }
