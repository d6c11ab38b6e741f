"""The served API held against GraphQL over HTTP by the audits of graphql-http."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from profilegraph.services.keys import create_key
from profilegraph.web.service import platform_app
from tests.support import npm
from tests.support.serving import serving


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    npm.REFERENCE.install()


@pytest.fixture
async def address(api: Any) -> AsyncIterator[str]:
    async with serving(platform_app(api.platform, lambda: api.now)) as address:
        yield address


async def test_all_audits_of_graphql_over_http_are_ok(api, address):
    key = await create_key(api.platform.database, "Audit", datetime(2026, 1, 1, tzinfo=UTC))
    told = await npm.REFERENCE.answer("audit.ts", address, PROFILEGRAPH_KEY=key)
    assert told == "61 of 61 audits are ok\n"
