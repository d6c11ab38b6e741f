"""Normalises texts and keys that were stored before normalisation was introduced.

A key is left unchanged if another record has its normal form: only people can decide whether the
two are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from profilegraph.domain.records.customers import IdentityKind
from profilegraph.domain.texts import normal_key, normal_text
from profilegraph.importers.values.contacts import parse_email
from profilegraph.language.cohorts import cohort_number
from profilegraph.storage.neo4j.database import Database, Transaction

_BATCH = 5_000
_LABELS = (
    "Customer", "Identity", "Department", "DecisionMaker", "Team", "Employee", "Channel", "Event",
    "Opportunity", "FollowUp", "Consent",
)  # fmt: skip
_ODD = r"(?s).*[^\x00-\x7f].*"
_FOUND = """
MATCH (n:{label}) WHERE n.key > $after
WITH n ORDER BY n.key LIMIT $batch
WITH max(n.key) AS last, collect(n) AS page
RETURN last, COLLECT {{
  UNWIND page AS n
  CALL (n) {{
    RETURN n AS one UNION MATCH (n)-[:WAS]->(one:State) RETURN one
  }}
  WITH one
  WHERE any(name IN keys(one) WHERE one[name] IS :: STRING NOT NULL AND one[name] =~ $odd)
     OR one.kind = $email AND one.value <> toLower(one.value)
  RETURN {{id: elementId(one), properties: properties(one)}}
}} AS found
"""
_TAKEN = "UNWIND $keys AS key MATCH (n:{label} {{key: key}}) RETURN collect(n.key) AS taken"
_SET = """
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row.id
SET n += row.set
"""
_ANEW = "MATCH (f:Feed) SET f.epoch = randomUUID()"
_KEYS = frozenset({"key", "value", "channel"})


async def normalise_texts(database: Database) -> None:
    """Normalise all texts and keys of records, in batches."""
    for label in _LABELS:
        after: str | None = ""
        while after is not None:
            after = await database.write(partial(_page, label=label, after=after))


async def _page(transaction: Transaction, *, label: str, after: str) -> str | None:
    """Normalise a page of records and return its last key; None after the last page."""
    asked = {"after": after, "batch": _BATCH, "odd": _ODD, "email": IdentityKind.EMAIL.value}
    (page,) = await transaction.run(_FOUND.format(label=label), asked)
    last: str | None = page["last"]
    changes = {
        row["id"]: changed
        for row in page["found"]
        if (changed := _changed(row["properties"], label))
    }
    keys = [changed["key"] for changed in changes.values() if "key" in changed]
    taken = set((await transaction.run(_TAKEN.format(label=label), {"keys": keys}))[0]["taken"])
    rows = []
    for place, changed in changes.items():
        if changed.get("key") in taken:
            for name in ("key", "value", "cohort"):
                changed.pop(name, None)
        taken.add(changed.get("key"))
        rows.append({"id": place, "set": changed})
    if rows:
        await transaction.run(_SET, {"rows": rows})
        await transaction.run(_ANEW)  # who keeps an index of the graph reads all of it again
    return last


def _changed(properties: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return the properties of a record that are not normalised, normalised."""
    normal = {
        name: normal_key(value).strip() if name in _KEYS else normal_text(value)
        for name, value in properties.items()
        if isinstance(value, str)
    }
    if label == "Identity":
        if properties["kind"] == IdentityKind.EMAIL:
            normal["value"] = _mailbox(normal["value"])
        normal["key"] = f"{properties['kind']}:{normal['value']}"
    changed: dict[str, Any] = {
        name: value for name, value in normal.items() if value != properties[name]
    }
    if label == "Customer" and "key" in changed:
        changed["cohort"] = cohort_number(changed["key"])
    return changed


def _mailbox(text: str) -> str:
    try:
        return parse_email(text)
    except ValueError:
        return text  # it was no address before either, and stays what somebody stored
