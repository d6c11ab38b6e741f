"""Downloads, driven by a server whose client does not behave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from profilegraph.web.exports import downloads
from profilegraph.web.exports.downloads import Download

SCOPE: dict[str, Any] = {"type": "http"}


async def parts(closed: list[bool]) -> AsyncGenerator[bytes, None]:
    try:
        for part in (b"one", b"two"):
            yield part
    finally:
        closed.append(True)


async def stays() -> dict[str, Any]:
    await asyncio.Event().wait()
    raise AssertionError("nobody wakes it")


async def test_a_file_is_sent_part_by_part_and_ended() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    download = Download(parts([]), "x.csv", "text/csv")
    await download(SCOPE, stays, send)
    assert [one.get("body") for one in sent] == [None, b"one", b"two", b""]
    assert [one.get("more_body") for one in sent] == [None, True, True, False]
    assert (download.sent, download.complete) == (6, True)


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "SEND_SECONDS", 0)
    sent: list[str] = []
    closed: list[bool] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    download = Download(parts(closed), "x.csv", "text/csv")
    await download(SCOPE, stays, send)
    assert sent == ["http.response.start", "http.response.body"]
    assert (download.complete, closed) == (False, [True])


async def test_a_file_is_let_go_of_when_the_client_leaves_between_parts() -> None:
    closed: list[bool] = []
    left = asyncio.Event()

    async def send(message: Any) -> None:
        if message.get("body") == b"one":
            left.set()
            await asyncio.Event().wait()

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    download = Download(parts(closed), "x.csv", "text/csv")
    await download(SCOPE, receive, send)
    assert (download.complete, closed) == (False, [True])


async def test_a_bug_is_not_swallowed() -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"one"
        raise ZeroDivisionError

    async def send(_: Any) -> None:
        pass

    with pytest.raises(ZeroDivisionError):
        await Download(broken(), "x.csv", "text/csv")(SCOPE, stays, send)
