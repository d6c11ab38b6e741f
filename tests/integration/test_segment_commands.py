"""`profilegraph segment …` against a genuine graph."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from anyio import to_thread
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.outbox import SCHEDULE
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, NotFound, ProfilegraphError
from profilegraph.hooks.outgoing import Failure
from profilegraph.language.codec import decode
from profilegraph.services.customers import records
from profilegraph.services.live import service as watching
from profilegraph.services.live.service import SetSegmentLive
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.webhooks import service as webhooks
from profilegraph.services.webhooks.sending import webhook_kind
from profilegraph.services.webhooks.service import SaveWebhook
from tests.conftest import NOW
from tests.support.outbox import send_all

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
PAINED = {"tags": {"dimension": "pains", "hasAny": True}}
BY = CommandContext(OPERATOR, NOW)
Command = Callable[..., str]


@pytest.fixture
def segment(platform: Platform, command_line: None, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command; what it failed of is raised."""
    monkeypatch.setenv("LC_ALL", "en")

    def command(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["segment", *arguments])
        if isinstance(result.exception, ProfilegraphError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return command


@pytest.fixture
def save(segment: Command, tmp_path: Path) -> Command:
    """Saves a filter as the newest version of the segment s."""

    def command(filter_: object, *options: str) -> str:
        path = tmp_path / "filter.json"
        path.write_text(json.dumps(filter_), encoding="utf-8")
        return segment("save", "s", str(path), "--zh", "人群", "--en", "Segment", *options)

    return command


def test_the_history_tells_who_changed_what_and_a_rollback_restores_it(
    segment: Command, save: Command
) -> None:
    save(WARM, "--note", "first")
    save({"all": [WARM, PAINED]}, "--author", "Li", "--base", "1")
    for command in (
        lambda: save(WARM, "--base", "1"),
        lambda: segment("rollback", "s", "1", "--base", "1"),
    ):
        with pytest.raises(Conflict, match="is at version 2 by 'Li'"):
            command()
    assert segment("diff", "s", "1") == "added condition: Pains has any tag\n"
    assert segment("diff", "s", "2", "1", "--locale", "zh") == "移除条件：痛点已有标签\n"
    assert segment("rollback", "s", "1", "--note", "too few") == "s is at version 3\n"
    lines = segment("history", "s").splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["3", "2", "1"]
    assert lines[0].endswith("command line (back to version 1)  too few")
    assert lines[1] == "     removed condition: Pains has any tag"
    assert lines[-1].endswith("command line  first")


def test_a_segment_goes_through_its_life(segment: Command, save: Command) -> None:
    save(WARM, "--author", "Li", "--draft")
    assert segment("activate", "s") == "s is ACTIVE\n"
    assert segment("snapshot", "s", "--key", "then") == "then is taken\n"
    assert "SNAPSHOT" in segment("list")
    assert segment("archive", "s") == "s is ARCHIVED\n"
    assert "ARCHIVED" in segment("list")
    assert segment("share", "s") == "s belongs to Li\n"
    with pytest.raises(NotFound, match="no API key"):
        segment("share", "s", "--editor", "Wang")
    assert segment("delete", "s") == "s is deleted\n"
    with pytest.raises(NotFound):
        segment("history", "s")


@pytest.fixture
async def early(platform: Platform) -> None:
    """The segment s is a month older than the only customer."""
    labels, everyone = Labels(zh_cn="人群", en="Segment"), decode({"all": []})
    month = NOW - timedelta(days=30)
    await service.save_segment(
        platform, SaveSegment("s", labels, everyone), CommandContext(Actor("Li"), month)
    )
    await records.save(platform, [Customer(key="a")], NOW)


def test_a_command_says_what_was_saved_only_later_than_its_moment(
    segment: Command, early: None
) -> None:
    before = ("--as-of", (NOW - timedelta(days=9)).isoformat())
    now = ("--now", NOW.isoformat())
    notice, count = sorted(segment("count", "s", *before, *now).splitlines(), reverse=True)
    assert count == "0"
    assert notice.startswith("CUSTOMERS_SAVED_LATER Nothing is known of customers at 2026-02-20")
    assert segment("count", "s", *now) == "1\n"


def test_a_segment_is_counted_and_compared_as_of_past_moments(
    segment: Command, warmed: None
) -> None:
    def run(*arguments: str) -> list[str]:
        return segment(*arguments, "--now", "2026-03-04T00:00:00+00:00").splitlines()

    before = "2026-03-02T00:00:00+00:00"
    assert run("count", "s", "--as-of", before) == ["0"]
    assert run("count", "s") == ["1"]
    assert run("members", "s", "--as-of", before) == ["0 of 0 members"]
    assert run("why", "s", "b", "--as-of", before)[0].startswith("✗")
    compare = ("compare", "s", "--dimension", "temperature")
    assert run(*compare, "--as-of", before)[0] == "s: 0, all others: 2, in both: 0"
    assert run(*compare)[0] == "s: 1, all others: 1, in both: 0"
    breakdown = ("breakdown", "s", "--dimension", "temperature")
    assert len(run(*breakdown, "--as-of", before)) == 1
    assert len(run(*breakdown)) == 2
    assert "1" not in "".join(run("cross", "s", "pains", "temperature", "--as-of", before))
    told = run("difference", "s", "--from", before)
    assert told[:2] == ["0 members, 1 entered, 0 left: 1", "  +1  tag added"]
    assert told[2].startswith("+ b  tag added: ")


@pytest.fixture
async def warmed(platform: Platform) -> None:
    """The segment s of warm customers; b warms up two days after it was saved."""
    await records.save(platform, [Customer(key="a"), Customer(key="b")], NOW)
    labels = Labels(zh_cn="人群", en="Segment")
    await service.save_segment(
        platform, SaveSegment("s", labels, decode(WARM)), CommandContext(Actor("li"), NOW)
    )
    later = NOW + timedelta(days=2)
    await records.save(
        platform, [Tagging(customer="b", tag="temperature/warm", since=later)], later
    )


@pytest.fixture
async def customers(platform: Platform) -> None:
    """Twenty customers: half of them warm, and these have a pain that only one other has."""
    some: list[Customer | Tagging] = [Customer(key=f"c{number}") for number in range(1, 20)]
    some.append(Customer(key="c0", name="Acme [1]"))
    for number in range(10):
        some.append(Tagging(customer=f"c{number}", tag="temperature/warm", since=NOW))
        some.append(Tagging(customer=f"c{number + 1}", tag="pains/no_integration", since=NOW))
    await records.save(platform, some, NOW)


def test_the_members_of_a_segment_are_broken_down_and_compared(
    segment: Command, save: Command, customers: None
) -> None:
    save(WARM)
    now = ("--now", NOW.isoformat())
    broken = segment("breakdown", "s", "--dimension", "pains", "--locale", "zh", *now)
    assert [line.split() for line in broken.splitlines()[1:]] == [
        ["9", "90.0%", "pains/no_integration", "(不能打通其他数据库)"],
        ["1", "10.0%", "未标注"],
    ]
    table = segment("cross", "s", "pains", "temperature", *now).splitlines()
    assert ["│", "no", "tag", "│", "1", "│", "0", "│", "0", "│", "1", "│"] in map(str.split, table)
    compared = segment("compare", "s", "--dimension", "pains", *now)
    assert compared.startswith("s: 10, all others: 10, in both: 0\n")
    [line] = [line for line in compared.splitlines() if "90.0%" in line]
    assert "10.0%" in line
    assert "9.00" in line
    assert line.rstrip(" │").endswith("over")
    with pytest.raises(NotFound, match="pain"):
        segment("breakdown", "s", "--dimension", "pain")


def test_what_says_something_comes_first_and_rows_of_nothing_are_left_out(
    segment: Command, save: Command, customers: None
) -> None:
    save(WARM)
    now = ("--now", NOW.isoformat())
    titles = [
        line for line in segment("breakdown", "s", *now).splitlines() if not line.startswith(" ")
    ]
    assert titles[:2] == ["temperature (Temperature): 10", "pains (Pains): 10"]
    assert len(titles) == 3
    assert re.fullmatch(r"Of \d+ other dimensions, no member carries a tag\.", titles[2])
    compared = segment("compare", "s", *now).splitlines()
    rows = [line.split()[1] for line in compared if line.startswith("│")]
    assert rows == ["temperature/warm", "pains/no_integration"]
    assert re.fullmatch(r"\d+ other tags do not tell them apart\.", compared[-1])


def test_programs_are_given_json(segment: Command, save: Command, customers: None) -> None:
    save(WARM, "--note", "first")
    now = ("--now", NOW.isoformat())
    [listed] = json.loads(segment("list", "--json"))
    assert (listed["key"], listed["filter"]) == ("s", WARM)
    assert listed["labels"] == {"zh-CN": "人群", "en": "Segment"}
    save(WARM, "--note", "first", "--label", "fr=Clients = tièdes")
    [listed] = json.loads(segment("list", "--json"))
    assert listed["labels"] == {"zh-CN": "人群", "en": "Segment", "fr": "Clients = tièdes"}
    [version] = json.loads(segment("history", "s", "--json"))
    assert (version["version"], version["note"]) == (1, "first")
    page = json.loads(segment("members", "s", "--first", "2", "--json", *now))
    assert page == {
        "total": 10,
        "members": [{"key": "c0", "name": "Acme [1]"}, {"key": "c1", "name": None}],
    }
    assert json.loads(segment("moves", "s", "--json")) == {"moves": [], "more": False}
    dimension = ("--dimension", "temperature", "--json", *now)
    [found] = json.loads(segment("breakdown", "s", *dimension))
    assert (found["known"], found["buckets"][0]["tag"]) == (10, "temperature/warm")
    compared = json.loads(segment("compare", "s", *dimension))
    assert compared["differences"][0]["aCount"] == 10
    crossed = json.loads(segment("cross", "s", "pains", "temperature", "--json", *now))
    assert len(crossed["cells"]) == len(crossed["rows"])


def test_members_are_listed_by_key_and_name(
    segment: Command, save: Command, customers: None
) -> None:
    save(WARM)
    lines = segment("members", "s", "--now", NOW.isoformat()).splitlines()
    assert lines[:2] == ["c0 (Acme [1])", "c1"]


def test_a_filter_of_a_file_names_dimensions_as_the_api_does(
    segment: Command, save: Command, customers: None
) -> None:
    save({"all": [{"temperature": {"anyOf": ["WARM"]}}]})
    assert json.loads(segment("list", "--json"))[0]["filter"] == {"all": [WARM]}
    with pytest.raises(ProfilegraphError, match="temprature"):
        save({"temprature": {"anyOf": ["WARM"]}})


async def test_a_segment_is_made_live_and_its_moves_are_listed(
    segment: Command, save: Command, platform: Platform
) -> None:
    await to_thread.run_sync(save, WARM)

    async def run(*arguments: str) -> str:
        return await to_thread.run_sync(lambda: segment(*arguments))

    made = await run("live", "s", "--schedule", "0 3 * * mon-fri")
    assert made == "s is live: on change and at 0 3 * * mon-fri\n"
    watcher, forever = LiveWorker(platform), datetime(2200, 1, 1, tzinfo=UTC)
    await watcher.round(NOW)
    for key in ("a", "b"):
        tag = Tagging(customer=key, tag="temperature/warm", since=NOW, until=forever)
        await records.save(platform, [Customer(key=key), tag], NOW)
    await watcher.round(datetime(2100, 1, 1, tzinfo=UTC))
    listed = ["2100-01-01 00:00  + b  data changed", "2100-01-01 00:00  + a  data changed"]
    assert (await run("moves", "s")).splitlines() == listed
    more = "there are more: ask for them with --first"
    assert (await run("moves", "s", "--first", "1")).splitlines() == [listed[0], more]
    assert await run("live", "s", "--no-on-change") == "s is live: at 0 * * * *\n"
    assert await run("live", "s", "--off") == "s is not live\n"
    [watch] = (await watching.live_states(platform, ["s"])).values()
    assert (watch.on_change, watch.schedule) == (False, None)
    assert (await run("moves", "s")).splitlines() == listed


async def test_webhooks_are_listed_with_what_they_wait_for(
    segment: Command, save: Command, platform: Platform
) -> None:
    await to_thread.run_sync(save, WARM)

    async def run(*arguments: str) -> str:
        return await to_thread.run_sync(lambda: segment(*arguments))

    await watching.set_live(platform, SetSegmentLive("s", on_change=True, schedule=None), BY)
    url = "https://example.com/hook"
    await webhooks.save_webhook(platform, SaveWebhook("crm", "s", url), BY)
    assert (await run("webhooks")).splitlines()[3].split("│")[1:5] == [
        " crm ", " s       ", f" {url} ", " told of all ",
    ]  # fmt: skip
    tag = Tagging(customer="a", tag="temperature/warm", since=NOW)
    await records.save(platform, [Customer(key="a"), tag], NOW)
    await LiveWorker(platform).round(NOW)

    async def away(*_: object) -> Failure:
        return Failure("HTTP 503")

    await send_all(platform, [webhook_kind(platform, away)], NOW)
    again = NOW + SCHEDULE[0]
    assert json.loads(await run("webhooks", "--json")) == [
        {
            "key": "crm", "segment": "s", "url": url, "state": "WAITING", "failures": 1,
            "lastAttemptAt": NOW.isoformat(), "nextAttemptAt": again.isoformat(),
            "deliveredAt": None, "problem": "HTTP 503",
        }
    ]  # fmt: skip
    row = (await run("webhooks")).splitlines()[3]
    assert [cell.strip() for cell in row.split("│")[4:9]] == [
        "waits", "1", f"{NOW:%Y-%m-%d %H:%M:%S}", f"{again:%Y-%m-%d %H:%M:%S}", "HTTP 503",
    ]  # fmt: skip
