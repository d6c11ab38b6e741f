"""What the audit log gets of an answer: what was refused, and whose contact data are shown."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import ExecutionResult, FieldNode, GraphQLError

from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.operations import Operation
from profilegraph.errors import Forbidden, NotRecorded
from profilegraph.services.audit.entries import actor_of
from profilegraph.services.audit.reading import record_contact_read
from profilegraph.services.audit.recording import note_refusals


async def recorded(
    operation: Operation, answered: ExecutionResult, context: object
) -> ExecutionResult:
    """Return an answer after the audit log has what it shows and refuses.

    If it cannot take whose contact data are shown, the answer says that and nothing else.
    """
    await record_refusals(context, answered.errors or ())
    if not isinstance(context, ApiContext):
        return answered
    shown = sorted(context.contacts_shown)
    context.contacts_shown.clear()
    fields = ",".join(operation.fields)
    try:
        await record_contact_read(context.platform, context.viewer, shown, fields, context.now)
    except NotRecorded as error:
        return ExecutionResult(None, [GraphQLError(error.message, original_error=error)])
    return answered


async def record_refusals(context: object, errors: Sequence[GraphQLError]) -> None:
    """Record what of an operation was refused for want of a permission."""
    if not isinstance(context, ApiContext):
        return
    refused = [(cause, _field(one)) for one in errors if (cause := _refusal(one)) is not None]
    await note_refusals(context.platform, actor_of(context.viewer), refused, context.now)


def _refusal(error: GraphQLError) -> Forbidden | None:
    """Return the refusal that an error is; None if it is something else."""
    cause = error.original_error
    if cause is None and (error.extensions or {}).get("code") == Forbidden.code:
        return Forbidden(error.message)  # the permission of a field, for which no resolver ran
    return cause if isinstance(cause, Forbidden) else None


def _field(error: GraphQLError) -> str:
    """Return the name that the schema has for the field of an error; its alias could say anything."""
    for node in error.nodes or ():
        if isinstance(node, FieldNode):
            return node.name.value
    return "graphql"
