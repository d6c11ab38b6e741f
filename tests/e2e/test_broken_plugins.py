"""A process that serves with broken plugins beside it: it works, and names each."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import httpx

from tests.e2e.test_serving import environment as environment
from tests.e2e.test_serving import post, run, start
from tests.support.installed import install

TAG = """mutation {
  saveCustomer(input: {key: "a"}) { key }
  tagCustomers(customers: ["a"], tags: [{tag: "temperature/warm"}]) { key }
}"""


async def test_whatever_plugins_do_the_platform_serves_and_names_each(
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    install(tmp_path)
    with_plugins = {**environment, "PYTHONPATH": str(tmp_path)}
    _, made = await run(with_plugins, "key", "create", "Front end")
    process = await start(with_plugins, "serve")
    try:
        assert process.stdout is not None
        address = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().split()[1]
        answer = await post(address, made.split()[0], TAG)
        assert answer.json()["data"]["tagCustomers"] == [{"key": "a"}]
        async with httpx.AsyncClient(trust_env=False) as client:
            ready = await client.get(address.replace("/graphql", "/ready"), timeout=30)
        assert ready.status_code == 200
        assert "out of use: raising, misspelt, newer" in ready.json()["checks"]["plugins"]
        port = address.rpartition(":")[2].partition("/")[0]
        status, told = await run({**with_plugins, "PROFILEGRAPH_PORT": port}, "doctor")
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert status == 0
    for name in ("raising: cannot be imported", "misspelt: unknown hook", "newer: needs version"):
        assert f"plugins: {name}" in told
    assert "out of use: raising, misspelt, newer" in told.partition("server: ")[2]
    entries = [json.loads(line) for line in log.decode().splitlines()]
    faults = [entry["plugin"] for entry in entries if entry["event"] == "plugin_fault"]
    assert faults == ["raising", "misspelt", "newer"]
    # What a listener has not heard yet when the process ends, it hears before the end.
    [failed] = [entry for entry in entries if entry["event"] == "plugin_failed"]
    assert (failed["plugin"], failed["part"]) == ("deaf", "on_tags_changed")
