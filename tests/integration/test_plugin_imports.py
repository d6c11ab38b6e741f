"""A plugin's importer: its records go through the same checks, checkpoints and reject file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from profilegraph.domain.imports import Checkpoint
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import (
    Customer,
    CustomerKind,
    Identity,
    IdentityKind,
    Tagging,
)
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels, Record
from profilegraph.errors import InvalidInput, NotFound, PluginError
from profilegraph.hooks import Conventions, Importer, UnreadableItem, hookimpl
from profilegraph.services.imports.files import ImportJob, import_with
from profilegraph.services.imports.runs import ImportReport
from profilegraph.services.platform import Platform
from tests.conftest import NOW
from tests.support.graphs import dump
from tests.support.plugins import with_plugins


class Options(BaseModel):
    kind: CustomerKind = CustomerKind.COMPANY


class Contacts(Importer[Options]):
    """Reads `name,phone` lines: each a tagging, an identity and a customer, in this odd order."""

    key = "contacts"
    labels = Labels(zh_cn="联系人", en="Contacts")
    options = Options
    version = "1"
    fails_at: int | None = None

    def __init__(self) -> None:
        self.given = 0

    @hookimpl
    def register_importers(self) -> Sequence[Importer[Any]]:
        return [self]

    def read(
        self, source: Path, options: Options, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        tag = next(key for key in sorted(conventions.catalogue.tags) if key.startswith("temper"))
        for number, line in enumerate(source.read_text("utf-8").splitlines()):
            if number == self.fails_at:
                raise KeyError("phone")
            name, comma, phone = line.partition(",")
            if not comma:
                yield UnreadableItem("there is no comma", line)
                continue
            yield Tagging(customer=name, tag=tag, since=NOW)
            if phone:
                yield Identity(kind=IdentityKind.PHONE, value=phone, customer=name)
            self.given += 1
            yield Customer(key=name, kind=options.kind)


class Foreign(Importer[Options]):
    """Yields whatever it is told to."""

    key = "foreign"
    labels = Labels(zh_cn="外来", en="Foreign")
    options = Options

    def __init__(self, *items: Any) -> None:
        self.items = items

    @hookimpl
    def register_importers(self) -> Sequence[Importer[Any]]:
        return [self]

    def read(
        self, source: Path, options: Options, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        yield from self.items


class _Interrupting:
    """Ends an import after some batches, from inside."""

    def __init__(self, after: int) -> None:
        self.left = after

    def decided(self, encoding: str, example: str) -> None:
        assert encoding

    def scanned(self, position: int) -> None:
        pass

    def written(self, position: int, checkpoint: Checkpoint) -> None:
        self.left -= 1
        if self.left == 0:
            raise InterruptedError


async def run(
    platform: Platform,
    path: Path,
    *,
    key: str = "contacts",
    progress: _Interrupting | None = None,
    kind: CustomerKind = CustomerKind.COMPANY,
) -> ImportReport:
    catalogue = Catalogue.of(platform.host.taxonomies)
    conventions = Conventions(ZoneInfo("Asia/Shanghai"), "CNY", "CN", catalogue)
    job = ImportJob(key, path, batch=10)
    options = Options(kind=kind)
    return await import_with(
        platform.database, platform.host, job, options, conventions, NOW, progress
    )


def written(folder: Path, *lines: str) -> Path:
    path = folder / "contacts.txt"
    path.write_text("\n".join(lines), "utf-8")
    return path


async def test_records_of_many_kinds_are_checked_made_canonical_and_written(
    platform: Platform, tmp_path: Path
) -> None:
    platform = with_plugins(platform, contacts=Contacts())
    path = written(tmp_path, "Li,138 1234 5678", "no comma", "Wang,a phone")
    report = await run(platform, path)
    assert (report.read, report.written, report.rejected) == (7, 5, 2)
    assert await platform.database.read(
        "MATCH (i:Identity)-[:IDENTIFIES]->(c) RETURN i.value AS phone, c.key AS key"
    ) == [{"phone": "+8613812345678", "key": "Li"}]
    assert report.reject_file is not None
    rejects = [json.loads(line) for line in report.reject_file.read_text("utf-8").splitlines()]
    assert [one["rejected_line"] for one in rejects] == [4, 6]
    assert rejects[0]["rejected_reason"] == "there is no comma"
    assert rejects[0]["rejected_row"] == "no comma"
    assert rejects[1]["rejected_row"]["value"] == "a phone"


async def test_an_interrupted_import_goes_on_behind_what_it_wrote(
    platform: Platform, tmp_path: Path
) -> None:
    lines = [f"C{n}," for n in range(50)]
    path = written(tmp_path, *lines)
    platform = with_plugins(platform, contacts=Contacts())
    with pytest.raises(InterruptedError):
        await run(platform, path, progress=_Interrupting(3))
    report = await run(platform, path)
    assert (report.read_before, report.read, report.rejected) == (30, 100, 0)
    count = "MATCH (c:Customer) RETURN count(c) AS n"
    assert await platform.database.read(count) == [{"n": 50}]
    before = await dump(platform.database)
    assert (await run(platform, path)).finished_before
    assert await dump(platform.database) == before


async def test_other_options_and_another_version_are_another_import(
    platform: Platform, tmp_path: Path
) -> None:
    path = written(tmp_path, "Li,")
    platform = with_plugins(platform, contacts=Contacts())
    await run(platform, path)
    report = await run(platform, path, kind=CustomerKind.PERSON)
    assert not report.finished_before


async def test_a_batch_that_cannot_be_read_names_the_plugin_and_keeps_what_came_before(
    platform: Platform, tmp_path: Path
) -> None:
    plugin = Contacts()
    plugin.fails_at = 20
    platform = with_plugins(platform, acme=plugin)
    path = written(tmp_path, *(f"C{n}," for n in range(50)))
    with pytest.raises(PluginError, match=r"'acme' failed \(importer contacts\): KeyError"):
        await run(platform, path)
    [trouble] = platform.host.guard.troubles
    assert (trouble.part.plugin, trouble.failures) == ("acme", 1)
    plugin.fails_at = None
    report = await run(platform, path)
    assert (report.read_before, report.written) == (40, 100)


@pytest.mark.parametrize("item", [{"key": "C1"}, None, Labels(zh_cn="一", en="One")])
async def test_what_is_no_record_is_refused(
    platform: Platform, tmp_path: Path, item: object
) -> None:
    platform = with_plugins(platform, acme=Foreign(item))
    with pytest.raises(PluginError, match="which is no record"):
        await run(platform, written(tmp_path, ""), key="foreign")


async def test_records_that_do_not_fit_the_taxonomies_are_rejected(
    platform: Platform, tmp_path: Path
) -> None:
    evil = "x'}) DETACH DELETE n //"
    items = [
        Customer(key=evil, attributes={"height": 3.0}),
        Customer(key=evil),
        Event(key="e", customer=evil, type="moon_landing", at=NOW),
    ]
    platform = with_plugins(platform, acme=Foreign(*items))
    report = await run(platform, written(tmp_path, ""), key="foreign")
    assert (report.written, report.rejected) == (1, 2)
    keys = await platform.database.read("MATCH (c:Customer) RETURN c.key AS key")
    assert keys == [{"key": evil}]


async def test_what_is_wrong_with_the_whole_file_is_told_as_it_is(
    platform: Platform, tmp_path: Path
) -> None:
    class Choosy(Foreign):
        def read(
            self, source: Path, options: Options, conventions: Conventions
        ) -> Iterator[Record | UnreadableItem]:
            raise InvalidInput("this is no contact list.", where=str(source))

    platform = with_plugins(platform, acme=Choosy())
    with pytest.raises(InvalidInput, match="no contact list"):
        await run(platform, written(tmp_path, ""), key="foreign")
    assert platform.host.guard.troubles == ()


async def test_an_importer_that_does_not_exist_is_named(platform: Platform, tmp_path: Path) -> None:
    platform = with_plugins(platform, contacts=Contacts())
    with pytest.raises(NotFound, match="Did you mean contacts"):
        await run(platform, written(tmp_path, ""), key="contact")
