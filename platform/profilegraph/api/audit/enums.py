"""The enumeration of the audit log."""

# Strawberry takes an enumeration as it is when it first meets it.
from __future__ import annotations

from profilegraph.api.runtime.enums import describe
from profilegraph.domain.audit import AuditKind

__all__ = ["AuditKind"]

describe(
    AuditKind,
    {
        "CHANGE": "Something was changed.",
        "CONTACT_READ": "Contact data of customers were shown unmasked.",
        "EXPORT": "Customers were written to a file.",
        "DELIVERY": "Customers were sent to another system, or that was tried.",
        "SIGN_IN": "Somebody signed in or out, or was not let in.",
        "REFUSAL": "Something was refused, for want of a permission.",
        "RETENTION": "Old entries of the audit log were deleted.",
    },
)
