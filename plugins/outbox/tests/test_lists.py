"""Lists: who is on them and who is not, what the receipt says, and that an attempt is not repeated."""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.hooks import Heading, Page
from profilegraph.hooks.destinations import Value
from profilegraph_outbox import AddressList, ListOptions
from profilegraph_outbox.lists import FOLDER

HEADINGS = (
    Heading("key", Labels(zh_cn="编号", en="Key")),
    Heading("name", Labels(zh_cn="名称", en="Name")),
    Heading("identity:email", Labels(zh_cn="邮箱", en="E-mail")),
    Heading("consents", Labels(zh_cn="同意的用途", en="Consents")),
)


def member(key: str, email: Sequence[str] = (), consents: Sequence[str] = ()) -> dict[str, Value]:
    return {
        "key": key,
        "name": f"={key}",
        "identity:email": tuple(email),
        "consents": tuple(consents),
    }


ROWS = [
    member("a", ["a@example.com", "a2@example.com"], ["marketing"]),
    member("b", ["b@example.com"], ["research"]),
    member("c", [], ["marketing"]),
    member("d", ["a@example.com"], ["marketing"]),
]


@dataclass
class Sent:
    """A delivery of some rows, one a page."""

    options: Any
    rows: Sequence[Mapping[str, Value]] = field(default_factory=lambda: ROWS)
    headings: Sequence[Heading] = HEADINGS
    id: str = "d1"
    segment: str = "warm"
    labels: Labels = Labels(zh_cn="热", en="Warm")  # noqa: RUF009
    at: datetime = datetime(2026, 3, 1, tzinfo=UTC)
    breaks: bool = False

    @property
    def members(self) -> int:
        return len(self.rows)

    async def pages(self) -> AsyncIterator[Page]:
        for number, row in enumerate(self.rows, 1):
            yield Page(number, [row])
        if self.breaks:
            raise OSError("the database went away")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path / "outbox"))
    return tmp_path / "outbox"


def send(delivery: Sent, to: AddressList | None = None) -> str:
    return asyncio.run((to or AddressList()).send(delivery))


def lines(folder: Path) -> list[list[str]]:
    [file] = folder.iterdir()
    return list(csv.reader(file.read_text("utf-8-sig").splitlines()))


def test_only_who_consented_and_has_an_address_is_on_the_list_once(folder: Path) -> None:
    told = send(Sent(ListOptions()))
    assert lines(folder) == [
        ["key", "name", "identity:email"],
        ["a", "'=a", "a@example.com"],
    ]
    assert "1 of 4 members" in told
    assert "1 without consent to 'marketing'" in told
    assert "1 without an address" in told
    assert "1 whose address is on the list already" in told


def test_another_purpose_takes_others(folder: Path) -> None:
    send(Sent(ListOptions(purpose="research")))
    assert [line[0] for line in lines(folder)] == ["key", "b"]


def test_taking_everyone_is_said_in_the_receipt(folder: Path) -> None:
    told = send(Sent(ListOptions(without_consent=True), headings=HEADINGS[:3]))
    assert [line[0] for line in lines(folder)] == ["key", "a", "b"]
    assert "consent was not looked at, as asked" in told


def test_headers_are_labels_where_asked(folder: Path) -> None:
    send(Sent(ListOptions(labels=True, locale="zh-CN")))
    assert lines(folder)[0] == ["编号", "名称", "邮箱"]


def test_a_list_lacking_a_column_that_it_needs_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="consents, identity:email"):
        send(Sent(ListOptions(), headings=HEADINGS[:3]))
    assert not folder.exists()


def test_an_attempt_that_broke_leaves_no_list_and_the_next_one_the_whole(folder: Path) -> None:
    with pytest.raises(OSError, match="went away"):
        send(Sent(ListOptions(), breaks=True))
    assert list(folder.glob("*.csv")) == []
    send(Sent(ListOptions()))
    assert len(lines(folder)) == 2


def test_what_was_written_is_not_written_again(folder: Path) -> None:
    send(Sent(ListOptions()))
    [file] = folder.iterdir()
    file.write_text("in use", "utf-8")
    assert "was written before" in send(Sent(ListOptions()))
    assert file.read_text("utf-8") == "in use"


def test_without_a_folder_it_is_said_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(InvalidInput) as refused:
        send(Sent(ListOptions()))
    assert FOLDER in refused.value.hint


def test_a_key_with_slashes_names_no_other_folder(folder: Path) -> None:
    send(Sent(ListOptions(), segment="../../etc"))
    assert [path.parent for path in folder.iterdir()] == [folder]


def test_nobody_but_the_owner_reads_a_list(folder: Path) -> None:
    before = os.umask(0)
    try:
        send(Sent(ListOptions()))
    finally:
        os.umask(before)
    [file] = folder.iterdir()
    assert [S_IMODE(one.stat().st_mode) for one in (folder, file)] == [0o700, 0o600]
