"""The journal: a line for each change, where the deployment has a folder for it."""

from __future__ import annotations

import json
import resource
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

import pytest

from profilegraph.domain.live import MoveCause
from profilegraph.hooks import MembershipChanged, TaggedCustomer, TagsChanged
from profilegraph_outbox import on_membership_changed, on_tags_changed
from profilegraph_outbox.lists import FOLDER

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MOVED = MembershipChanged("warm", NOW, MoveCause.DATA_CHANGED, entered=("a",), left=("b",))
TAGGED = TagsChanged(NOW, tagged=(TaggedCustomer("a", "temperature/warm"),))


def test_each_change_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "new"))
    on_membership_changed(MOVED)
    on_membership_changed(MOVED)
    on_tags_changed(TAGGED)
    moves = (tmp_path / "new" / "membership.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["entered"] for line in moves] == [["a"], ["a"]]
    assert json.loads(moves[0])["cause"] == "DATA_CHANGED"
    [tags] = (tmp_path / "new" / "tags.jsonl").read_text("utf-8").splitlines()
    assert json.loads(tags)["tagged"] == [["a", "temperature/warm"]]


def test_without_a_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    on_membership_changed(MOVED)
    on_tags_changed(TAGGED)


def test_a_journal_that_others_could_read_is_closed_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    journal = tmp_path / "membership.jsonl"
    journal.touch(0o644)
    on_membership_changed(MOVED)
    assert S_IMODE(journal.stat().st_mode) == 0o600


def test_a_full_disk_leaves_no_half_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    on_membership_changed(MOVED)
    journal = tmp_path / "membership.jsonl"
    line = journal.read_text("utf-8")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(line) + 9, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            on_membership_changed(MOVED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    on_membership_changed(MOVED)
    assert journal.read_text("utf-8") == line * 2
