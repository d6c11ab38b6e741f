"""What the server accepts before the body of a request, over a genuine connection."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from profilegraph.web import protocol
from profilegraph.web.protocol import MOST_HEAD, BoundedProtocol

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def size(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes\n")


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    app = Starlette(routes=[Route("/", size, methods=["POST"])])
    config = uvicorn.Config(app, http=BoundedProtocol, lifespan="off", log_config=None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            yield reader, writer
        finally:
            writer.close()
            server.should_exit = True
            await serving


async def post(connection: Connection, body: bytes, headers: bytes = b"") -> bytes:
    reader, writer = connection
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\n%b" % headers)
    writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()
    status = await reader.readline()
    while (await reader.readline()).strip():
        pass
    return status.strip() + b" " + (await reader.readline()).strip()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"X-More: " + b"a" * (MOST_HEAD + 1), id="one header"),
        pytest.param((b"X-More: " + b"a" * 1_000 + b"\r\n") * 80, id="many headers"),
    ],
)
async def test_headers_that_do_not_end_are_refused_with_the_reason(connection, head):
    reader, writer = connection
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\n" + head)
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.endswith(b"too large.")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: a\r\n", id="half a head"),
    ],
)
async def test_a_connection_that_does_not_send_its_headers_is_ended(connection, monkeypatch, sent):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    async with asyncio.timeout(10):
        _, first = connection
        reader, writer = await asyncio.open_connection(*first.get_extra_info("peername"))
        writer.write(sent)
        answer = await reader.read()  # until the server ends it
    assert answer.endswith(b"did not arrive in time.")
    writer.close()


async def test_the_second_request_of_a_connection_has_to_arrive_in_time_too(
    connection, monkeypatch
):
    assert await post(connection, b"abc") == b"HTTP/1.1 200 OK 3 bytes"
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    reader, writer = connection
    async with asyncio.timeout(10):
        writer.write(b"POST / HT")
        answer = await reader.read()
    assert answer.endswith(b"did not arrive in time.")


async def test_a_body_may_take_longer_than_the_headers(connection, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    _, first = connection
    reader, writer = await asyncio.open_connection(*first.get_extra_info("peername"))
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na")
    late = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.2, late.set_result, None)
    await late
    writer.write(b"bc")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_bodies_count_for_nothing_and_requests_follow_one_another(connection):
    body = b"a" * (3 * MOST_HEAD)
    for _ in range(3):
        assert await post(connection, body) == b"HTTP/1.1 200 OK %d bytes" % len(body)


async def test_headers_below_the_limit_are_read(connection):
    headers = b"".join(b"X-%d: %b\r\n" % (n, b"a" * 1_000) for n in range(60))
    for _ in range(3):
        assert await post(connection, b"abc", headers) == b"HTTP/1.1 200 OK 3 bytes"
