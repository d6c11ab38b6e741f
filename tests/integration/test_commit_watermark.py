"""The commit watermark of the embedded database changes with every commit, and is never stale."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from profilegraph.domain.records.customers import Customer
from profilegraph.embedded.commit_watermark import TransactionIds, WatermarkClient, serve_watermark
from profilegraph.embedded.home import Home
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
def watermarks(server: RunningServer) -> Iterator[WatermarkClient]:
    if not server.pid:
        pytest.skip("the database is not embedded: it has no commit watermark")
    found = WatermarkClient(Home(server.home).watermark_socket)
    yield found
    found.close()


async def create(database: Database, key: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Lock {key: $key})", {"key": key})

    await database.write(work)


async def test_it_does_not_change_while_the_database_is_only_read(watermarks, database):
    before = watermarks.read()
    assert before is not None
    await database.read("MATCH (n) RETURN count(n) AS n")
    assert watermarks.read() == before


async def test_it_has_changed_when_a_commit_is_acknowledged(watermarks, database):
    found = [watermarks.read()]
    for number in range(50):
        await create(database, f"one{number}")
        found.append(watermarks.read())
    assert len(set(found)) == 51


async def test_none_of_many_writers_reads_the_watermark_of_before_its_commit(
    watermarks, database, server
):
    async def write(name: str) -> int:
        own = WatermarkClient(Home(server.home).watermark_socket)
        same = 0
        for number in range(25):
            before = own.read()
            await create(database, f"{name}-{number}")
            same += before is not None and own.read() == before
        own.close()
        return same

    assert await asyncio.gather(*(write(name) for name in "abcdefgh")) == [0] * 8


async def test_a_rollback_does_not_change_it(watermarks, database):
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Lock {key: 'gone'})")
        raise InterruptedError

    before = watermarks.read()
    with pytest.raises(InterruptedError):
        await database.write(work)
    assert watermarks.read() == before


async def test_no_poll_is_needed_until_something_changes(watermarks, platform: Platform):
    cache = GraphCache(platform.database, PLENTY, watermarks=watermarks)
    await cache.indexed()
    known = await cache.now()
    assert await cache.now() is known
    await save(platform, [Customer(key="a")], NOW)
    changed = await cache.now()
    assert changed is not known
    assert changed.view is not None
    assert known.view is not None
    assert changed.view.customers == known.view.customers + 1
    await cache.close()


async def test_an_index_that_is_built_meanwhile_is_taken_up(
    watermarks, platform: Platform, monkeypatch: pytest.MonkeyPatch
):
    may_end = asyncio.Event()

    async def load_all(database: Database, most_bytes: int) -> IndexRun:
        await may_end.wait()
        return await indexing.load_all(database, most_bytes)

    monkeypatch.setattr(index_keeper, "load_all", load_all)
    cache = GraphCache(platform.database, PLENTY, watermarks=watermarks)
    assert (await cache.now()).view is None
    assert (await cache.now()).view is None  # it is being built, and nothing was committed
    assert cache.index.work is not None
    may_end.set()
    await asyncio.wait([cache.index.work])
    assert (await cache.now()).view is not None
    await cache.close()


async def test_a_dropped_index_is_built_anew_though_nothing_was_committed(watermarks, platform):
    cache = GraphCache(platform.database, PLENTY, watermarks=watermarks)
    await cache.indexed()
    cache.index.drop("for the test")
    assert (await cache.now()).view is None
    assert (await cache.indexed()).customers == 0
    await cache.close()


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((4, 4, 5), id="one is committed and cannot be seen yet"),
        pytest.param((4, 6, 6), id="one of before is not closed yet"),
    ],
)
async def test_there_is_none_while_a_transaction_commits(tmp_path: Path, numbers: TransactionIds):
    now = numbers
    serve_watermark(tmp_path / "watermarks", lambda: now)
    watermarks = WatermarkClient(tmp_path / "watermarks")
    assert watermarks.read() is None
    now = (6, 6, 6)
    watermark = watermarks.read()
    assert watermark is not None
    assert watermark[1] == 6
    watermarks.close()


async def test_another_server_has_another_watermark(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    serve_watermark(first, lambda: (3, 3, 3))
    serve_watermark(second, lambda: (3, 3, 3))
    one, other = WatermarkClient(first), WatermarkClient(second)
    assert one.read() != other.read()
    one.close()
    other.close()


async def test_there_is_none_before_the_server_answers(tmp_path: Path):
    watermarks = WatermarkClient(tmp_path / "watermarks")
    assert watermarks.read() is None
    serve_watermark(tmp_path / "watermarks", lambda: (3, 3, 3))
    assert watermarks.read() is not None
    watermarks.close()


async def test_a_late_response_is_not_awaited(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "watermarks"))
        silent.listen()
        watermarks = WatermarkClient(tmp_path / "watermarks")
        assert watermarks.read() is None
        watermarks.close()


async def test_a_closed_connection_is_opened_again(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "watermarks"))
        listening.listen()
        watermarks = WatermarkClient(tmp_path / "watermarks")

        def hang_up() -> None:
            listening.accept()[0].close()

        _, watermark = await asyncio.gather(
            asyncio.to_thread(hang_up), asyncio.to_thread(watermarks.read)
        )
        assert watermark is None
    serve_watermark(tmp_path / "watermarks", lambda: (3, 3, 3))
    assert watermarks.read() is not None
    watermarks.close()


async def test_a_request_sent_ahead_gets_its_own_response_or_a_later_one(tmp_path: Path):
    numbers = count(1)
    serve_watermark(tmp_path / "watermarks", lambda: (number := next(numbers), number, number))
    watermarks = WatermarkClient(tmp_path / "watermarks")
    first, second, third = watermarks.request(), watermarks.request(), watermarks.request()
    told = [watermarks.read(one) for one in (second, first, third)]
    assert [None if one is None else one[1] for one in told] == [2, 2, 3]
    watermarks.close()


async def test_a_request_without_a_response_has_none(tmp_path: Path):
    serve_watermark(tmp_path / "watermarks", lambda: (3, 3, 3))
    watermarks = WatermarkClient(tmp_path / "watermarks")
    request = watermarks.request()
    watermarks.close()
    assert watermarks.read(request) is None
    assert watermarks.read() is not None
    watermarks.close()


async def test_unread_responses_do_not_block(tmp_path: Path):
    numbers = count(1)
    serve_watermark(tmp_path / "watermarks", lambda: (number := next(numbers), number, number))
    watermarks = WatermarkClient(tmp_path / "watermarks")
    for _ in range(5_000):
        watermarks.request()
    watermark = watermarks.read()
    assert watermark is not None
    assert watermark[1] == 5_001
    watermarks.close()


async def test_a_path_too_long_for_a_socket_is_ignored(tmp_path: Path):
    path = tmp_path / ("long" * 30)
    serve_watermark(path, lambda: (3, 3, 3))
    assert not path.exists()
    watermarks = WatermarkClient(path)
    assert watermarks.read() is None
