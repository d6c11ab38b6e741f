"""EDM and SMS lists: one file a delivery, one line an address, only those who consented."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from profilegraph.domain.spreadsheets import escaped
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.hooks import Delivery, Destination, Heading, Page
from profilegraph.hooks.destinations import Value
from profilegraph_outbox.files import outbox_at, private

FOLDER = "PROFILEGRAPH_OUTBOX"
"""The variable that names the folder; who sends does not choose where on the server files go."""
CONSENTS = "consents"


class ListOptions(BaseModel):
    """For what the list is used, and whether consent is looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: str = Field("marketing", min_length=1, description="What customers must allow.")
    without_consent: bool = Field(
        False, description="Take everyone, as for notices that one must send; the receipt says so."
    )
    labels: bool = Field(False, description="Whether headers are labels rather than names.")
    locale: str = Field("zh-CN", description="Language of the labels, such as zh-CN or en.")


@dataclass
class Tally:
    """What became of the members."""

    written: int = 0
    without_consent: int = 0
    without_address: int = 0
    repeated: int = 0
    """Whose address had a line already."""


@dataclass(frozen=True)
class AddressList(Destination[ListOptions]):
    """Writes the members' addresses of one kind to a file: of mails, unless told otherwise."""

    key: str = "edm_list"
    labels: Labels = Labels(zh_cn="邮件名单", en="EDM list")  # noqa: RUF009  (frozen)
    address: str = "identity:email"
    """The column that holds the address."""
    options: type[ListOptions] = ListOptions

    @property
    def columns(self) -> Sequence[str]:  # type: ignore[override]  # nobody sets it
        """Return the columns of a list unless others are asked for."""
        return ("key", "name", self.address, CONSENTS)

    async def send(self, delivery: Delivery[ListOptions]) -> str:
        """Write the file of a delivery, whole or not at all, and tell who is in it and who is not.

        A file that is there already was written by an earlier attempt, and stays as it is. Raises
        InvalidInput where no folder is set, or a column is missing that the list cannot do without.
        """
        names = {heading.name for heading in delivery.headings}
        needed = {self.address} | (set() if delivery.options.without_consent else {CONSENTS})
        if not needed <= names:
            raise InvalidInput(
                f"the list needs the columns {', '.join(sorted(needed))}.",
                hint="Leave the columns out, or name these too.",
            )
        path = outbox() / f"{self.key}-{_word(delivery.segment)}-{_word(delivery.id)}.csv"
        if path.exists():
            return f"{path}: was written before."
        tally = await _write(path, delivery, self.address)
        return f"{path}: {receipt(tally, delivery)}"


def _word(key: str) -> str:
    # A key may hold whatever people write: slashes, dots and the like would name other folders.
    return re.sub(r"[^\w-]+", "_", key)[:80]


def outbox() -> Path:
    """Return the folder of this deployment's outbox; raises InvalidInput where none is set."""
    folder = os.environ.get(FOLDER)
    if not folder:
        raise InvalidInput(
            "this deployment has no folder for lists.", hint=f"Set {FOLDER} where it is served."
        )
    return outbox_at(folder)


def receipt(tally: Tally, delivery: Delivery[ListOptions]) -> str:
    """Return in one sentence who is on the list and who is not."""
    options = delivery.options
    left_out = [
        (tally.without_consent, f"without consent to {options.purpose!r}"),
        (tally.without_address, "without an address"),
        (tally.repeated, "whose address is on the list already"),
    ]
    parts = [f"{count} {why}" for count, why in left_out if count]
    said = f"{tally.written} of {delivery.members} members"
    said += f"; left out: {', '.join(parts)}" if parts else ""
    return said + ("; consent was not looked at, as asked." if options.without_consent else ".")


@dataclass
class _Lines:
    """Makes the lines of a list, each address once."""

    delivery: Delivery[ListOptions]
    address: str
    tally: Tally = field(default_factory=Tally)
    seen: set[str] = field(default_factory=set)

    def header(self) -> list[str]:
        options = self.delivery.options
        return [
            one.labels.text(options.locale) if options.labels else one.name
            for one in self.headings()
        ]

    def headings(self) -> Iterable[Heading]:
        return (one for one in self.delivery.headings if one.name != CONSENTS)

    def of(self, page: Page) -> Iterable[list[str]]:
        for row in page.rows:
            address = self._chosen(row)
            if address is not None:
                row_with_it = {**row, self.address: address}
                yield [_cell(row_with_it.get(one.name)) for one in self.headings()]

    def _chosen(self, row: Mapping[str, Value]) -> str | None:
        """Return the address to write to; None, and it is counted why, where there is none."""
        options, addresses, consents = (
            self.delivery.options,
            _texts(row.get(self.address)),
            _texts(row.get(CONSENTS)),
        )
        if not options.without_consent and options.purpose not in consents:
            self.tally.without_consent += 1
        elif not addresses:
            self.tally.without_address += 1
        elif addresses[0] in self.seen:
            self.tally.repeated += 1
        else:
            self.tally.written += 1
            self.seen.add(addresses[0])
            return addresses[0]
        return None


async def _write(path: Path, delivery: Delivery[ListOptions], address: str) -> Tally:
    lines = _Lines(delivery, address)
    # Beside the file and then in its place: whoever looks sees all of the list or nothing of it.
    part = path.with_suffix(".part")
    try:
        with private(part, "w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.writer(file, quoting=csv.QUOTE_ALL)
            sheet.writerow(lines.header())
            async for page in delivery.pages():
                sheet.writerows(lines.of(page))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return lines.tally


def _texts(value: Value) -> tuple[str, ...]:
    match value:
        case None | "":
            return ()
        case tuple():
            return value
        case _:
            return (str(value),)


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(value)
        case _:
            return escaped("; ".join(_texts(value)))
