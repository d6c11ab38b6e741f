"""The pulse of the embedded database: it moves with every commit, and never says less than is so."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from profilegraph.domain.records.customers import Customer
from profilegraph.embedded.home import Home
from profilegraph.embedded.pulse import Numbers, Pulse, answer
from profilegraph.embedded.server import RunningServer
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.services.cache import index_keeper, indexing
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database, Transaction
from tests.conftest import NOW

PLENTY = 2**30


@pytest.fixture
def pulse(server: RunningServer) -> Iterator[Pulse]:
    if not server.pid:
        pytest.skip("the database is not embedded: it has no pulse")
    found = Pulse(Home(server.home).pulse)
    yield found
    found.close()


async def create(database: Database, key: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Lock {key: $key})", {"key": key})

    await database.write(work)


async def test_it_stands_still_while_the_database_is_only_read(pulse, database):
    before = pulse.beat()
    assert before is not None
    await database.read("MATCH (n) RETURN count(n) AS n")
    assert pulse.beat() == before


async def test_it_has_moved_when_a_commit_has_been_told_of(pulse, database):
    beats = [pulse.beat()]
    for number in range(50):
        await create(database, f"one{number}")
        beats.append(pulse.beat())
    assert len(set(beats)) == 51


async def test_nobody_of_many_writers_finds_the_beat_of_before(pulse, database, server):
    async def write(name: str) -> int:
        own = Pulse(Home(server.home).pulse)
        same = 0
        for number in range(25):
            before = own.beat()
            await create(database, f"{name}-{number}")
            same += before is not None and own.beat() == before
        own.close()
        return same

    assert await asyncio.gather(*(write(name) for name in "abcdefgh")) == [0] * 8


async def test_what_is_rolled_back_moves_nothing(pulse, database):
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Lock {key: 'gone'})")
        raise InterruptedError

    before = pulse.beat()
    with pytest.raises(InterruptedError):
        await database.write(work)
    assert pulse.beat() == before


async def test_a_look_is_spared_until_something_changes(pulse, platform: Platform):
    knowledge = GraphCache(platform.database, PLENTY, pulse=pulse)
    await knowledge.indexed()
    known = await knowledge.now()
    assert await knowledge.now() is known
    await save(platform, [Customer(key="a")], NOW)
    changed = await knowledge.now()
    assert changed is not known
    assert changed.view is not None
    assert known.view is not None
    assert changed.view.customers == known.view.customers + 1
    await knowledge.close()


async def test_an_index_that_is_built_meanwhile_is_taken_up(
    pulse, platform: Platform, monkeypatch: pytest.MonkeyPatch
):
    may_end = asyncio.Event()

    async def load_all(database: Database, most_bytes: int) -> IndexRun:
        await may_end.wait()
        return await indexing.load_all(database, most_bytes)

    monkeypatch.setattr(index_keeper, "load_all", load_all)
    knowledge = GraphCache(platform.database, PLENTY, pulse=pulse)
    assert (await knowledge.now()).view is None
    assert (await knowledge.now()).view is None  # it is being built, and nothing was committed
    assert knowledge.index.work is not None
    may_end.set()
    await asyncio.wait([knowledge.index.work])
    assert (await knowledge.now()).view is not None
    await knowledge.close()


async def test_a_dropped_index_is_built_anew_though_nothing_was_committed(pulse, platform):
    knowledge = GraphCache(platform.database, PLENTY, pulse=pulse)
    await knowledge.indexed()
    knowledge.index.drop("for the test")
    assert (await knowledge.now()).view is None
    assert (await knowledge.indexed()).customers == 0
    await knowledge.close()


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((4, 4, 5), id="one is committed and cannot be seen yet"),
        pytest.param((4, 6, 6), id="one of before is not closed yet"),
    ],
)
async def test_it_says_nothing_while_somebody_commits(tmp_path: Path, numbers: Numbers):
    now = numbers
    answer(tmp_path / "pulse", lambda: now)
    pulse = Pulse(tmp_path / "pulse")
    assert pulse.beat() is None
    now = (6, 6, 6)
    beat = pulse.beat()
    assert beat is not None
    assert beat[1] == 6
    pulse.close()


async def test_another_server_has_other_beats(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    answer(first, lambda: (3, 3, 3))
    answer(second, lambda: (3, 3, 3))
    one, other = Pulse(first), Pulse(second)
    assert one.beat() != other.beat()
    one.close()
    other.close()


async def test_where_nobody_answers_there_is_no_beat_and_later_there_is(tmp_path: Path):
    pulse = Pulse(tmp_path / "pulse")
    assert pulse.beat() is None
    answer(tmp_path / "pulse", lambda: (3, 3, 3))
    assert pulse.beat() is not None
    pulse.close()


async def test_who_answers_too_late_is_not_waited_for(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "pulse"))
        silent.listen()
        pulse = Pulse(tmp_path / "pulse")
        assert pulse.beat() is None
        pulse.close()


async def test_who_hangs_up_is_asked_anew(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "pulse"))
        listening.listen()
        pulse = Pulse(tmp_path / "pulse")

        def hang_up() -> None:
            listening.accept()[0].close()

        _, beat = await asyncio.gather(asyncio.to_thread(hang_up), asyncio.to_thread(pulse.beat))
        assert beat is None
    answer(tmp_path / "pulse", lambda: (3, 3, 3))
    assert pulse.beat() is not None
    pulse.close()


async def test_a_question_that_was_sent_ahead_is_answered_by_itself_or_a_later_one(tmp_path: Path):
    numbers = count(1)
    answer(tmp_path / "pulse", lambda: (number := next(numbers), number, number))
    pulse = Pulse(tmp_path / "pulse")
    first, second, third = pulse.ask(), pulse.ask(), pulse.ask()
    told = [pulse.beat(one) for one in (second, first, third)]
    assert [None if one is None else one[1] for one in told] == [2, 2, 3]
    pulse.close()


async def test_a_question_whose_answer_is_lost_has_none(tmp_path: Path):
    answer(tmp_path / "pulse", lambda: (3, 3, 3))
    pulse = Pulse(tmp_path / "pulse")
    question = pulse.ask()
    pulse.close()
    assert pulse.beat(question) is None
    assert pulse.beat() is not None
    pulse.close()


async def test_whoever_asks_and_never_listens_holds_up_nobody(tmp_path: Path):
    numbers = count(1)
    answer(tmp_path / "pulse", lambda: (number := next(numbers), number, number))
    pulse = Pulse(tmp_path / "pulse")
    for _ in range(5_000):
        pulse.ask()
    beat = pulse.beat()
    assert beat is not None
    assert beat[1] == 5_001
    pulse.close()


async def test_a_path_that_no_socket_can_have_is_done_without(tmp_path: Path):
    path = tmp_path / ("long" * 30)
    answer(path, lambda: (3, 3, 3))
    assert not path.exists()
    pulse = Pulse(path)
    assert pulse.beat() is None
