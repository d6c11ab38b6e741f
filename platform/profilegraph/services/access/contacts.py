"""Contact data, masked for whoever may not see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from profilegraph.domain.access import Permission
from profilegraph.domain.contacts import CONTACT_KINDS, masked
from profilegraph.domain.records.customers import Identity
from profilegraph.errors import Forbidden
from profilegraph.language.nodes import EVERYONE
from profilegraph.services.access.visibility import visible
from profilegraph.services.platform import Platform


async def shown(
    platform: Platform, identities: Mapping[str, Sequence[Identity]], now: datetime
) -> dict[str, Sequence[Identity]]:
    """Return identities by customer, masked where whoever asks may not see contact data.

    The platform notes whose contact data are shown, for the audit log.
    """
    seen = await visible(platform, [*identities], now, Permission.CONTACTS_READ)
    contacts = (
        key
        for key, some in identities.items()
        if key in seen and any(one.kind in CONTACT_KINDS for one in some)
    )
    note_shown(platform, contacts)
    return {
        key: some if key in seen else [masked(one) for one in some]
        for key, some in identities.items()
    }


def note_shown(platform: Platform, customers: Iterable[str]) -> None:
    """Note for the audit log whose contact data are shown, or are confirmed because they were found by it."""
    if platform.contacts_shown is not None:
        platform.contacts_shown.update(customers)


def require_contacts(platform: Platform, what: str) -> None:
    """Raise Forbidden, which says what was refused, unless all visible customers may be contacted.

    Whoever sees contact data of some customers alone could learn from an answer, or from none, that
    of the others.
    """
    access = platform.access
    rows = access.rows(Permission.CONTACTS_READ)
    if rows not in (EVERYONE, access.rows(Permission.CUSTOMERS_READ)):
        raise Forbidden(
            f"{what} needs the permission {Permission.CONTACTS_READ.value!r} for all customers that"
            " you see.",
            hint="Ask an administrator for a role that grants it.",
        )
