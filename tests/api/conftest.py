"""The web application over a small schema that needs no graph, and the whole API over a graph."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import httpx
import pytest
import strawberry
from starlette.applications import Starlette

from profilegraph.api.documents.trusted import TrustedDocuments
from profilegraph.api.runtime import schemas
from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.executor import Executor
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.api.runtime.schemas import Schemas
from profilegraph.api.schema import ALONE, NOTHING, build_schema
from profilegraph.domain.access import EMPLOYEE_ROLES, MACHINE_ROLES
from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.errors import InvalidInput, Unauthenticated
from profilegraph.hooks.hosting.host import Host
from profilegraph.services.access.granting import access_of
from profilegraph.services.identity.keys import create_key
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.web.app import build_app
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential
from profilegraph.web.operations.health import Check
from profilegraph.web.service import platform_app
from tests.support.following import made_live
from tests.support.serving import serving

KEY = "pg_good"


@strawberry.enum
class Kind(Enum):
    COMPANY = "COMPANY"
    PERSON = "PERSON"


@strawberry.input
class Wish:
    name: str
    kind: Kind = Kind.COMPANY
    amount: Decimal | None = None
    at: datetime | None = None


@strawberry.input(one_of=True)
class Choice:
    left: str | None = strawberry.UNSET
    right: str | None = strawberry.UNSET


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def thing(self) -> "Thing":
        return Thing()


@strawberry.type
class Query:
    @strawberry.field
    def thing(self) -> Thing:
        return Thing()

    @strawberry.field
    def echo(self, wish: Wish) -> str:
        return wish.name

    @strawberry.field
    def choose(self, choice: Choice) -> str:
        return "chosen"

    @strawberry.field
    def refused(self) -> str | None:
        raise InvalidInput("it cannot be used.", hint="Use another.", where="wish.name")

    @strawberry.field
    def broken(self) -> str | None:
        raise ZeroDivisionError("".join(("138", "0013", "8000")))


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def touch(self, info: strawberry.Info[dict[str, int], None]) -> int:
        info.context["touched"] = info.context.get("touched", 0) + 1
        await asyncio.sleep(0)
        return info.context["touched"]


async def check_key(shown: Credential) -> Principal:
    if shown.secret != KEY:
        raise Unauthenticated("the API key is not known, or it is expired or revoked.")
    return Principal("1", "Ann", AuthenticationMethod.API_KEY, ("admin",))


class OneSchema:
    """A schema that no taxonomy changes."""

    current: RunnableSchema = RunnableSchema(Query, Mutation)

    async def newest(self) -> RunnableSchema:
        return self.current

    async def of(self, _: Catalogue) -> RunnableSchema:
        return self.current


def make_app(
    *,
    checks: Mapping[str, Check] | None = None,
    close: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0),
    check_key: Callable[[Credential], Awaitable[Principal]] = check_key,
    context: dict[str, int] | None = None,
    origins: Sequence[str] = (),
    documents: TrustedDocuments | None = None,
) -> Starlette:

    async def new_context(_: object) -> dict[str, int]:
        return {} if context is None else context

    return build_app(
        executor=Executor(OneSchema(), lambda: "e1", documents=documents),
        authenticate=Authenticator(check_key),
        new_context=new_context,
        checks=checks or {},
        close=close,
        origins=origins,
    )


@pytest.fixture(name="make_app")
def make_app_fixture() -> Callable[..., Starlette]:
    return make_app


@asynccontextmanager
async def client_of(app: Starlette, key: str | None = KEY) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://api", headers=headers
    ) as client:
        yield client


@pytest.fixture(name="client_of")
def client_of_fixture() -> Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]:
    return client_of


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app()) as client:
        yield client


class MadeOnce:
    """Makes schemas; those of the same taxonomies and the installed plugins are one."""

    def __init__(self, installed: Host) -> None:
        self._installed = installed
        self._made: deque[tuple[tuple[Taxonomy, ...], strawberry.Schema]] = deque(maxlen=4)

    def __call__(
        self, catalogue: Catalogue = NOTHING, host: Host = ALONE, **options: Any
    ) -> strawberry.Schema:
        if host is not self._installed:
            return build_schema(catalogue, host, **options)
        for taxonomies, schema in self._made:
            if taxonomies == catalogue.taxonomies:
                return schema
        self._made.append((catalogue.taxonomies, build_schema(catalogue, host, **options)))
        return self._made[-1][1]


@pytest.fixture(scope="session", autouse=True)
def schemas_are_made_once(whole_host: Host) -> Iterator[None]:
    """Tests need not wait a third of a second each for a schema that others had."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "build_schema", MadeOnce(whole_host))
        yield


class Api:
    """The whole API over a genuine graph, at a moment that the test sets."""

    def __init__(self, platform: Platform, now: datetime) -> None:
        self.platform = platform
        self.now = now
        self.viewer = "1"
        self.author = "Ann"
        self.employee: str | None = None
        self.administrator = False
        self.roles: tuple[str, ...] | None = None
        """Keys of the viewer's roles; None for somebody who may do everything."""
        self.rows: dict[str, Any] | None = None
        self._executor = Executor(Schemas(platform.catalogue, platform.host), lambda: "e1")

    async def __call__(self, query: str, **variables: Any) -> Any:
        """Return the data of an answer without errors."""
        answer = await self.run(query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the first error of an answer."""
        errors = (await self.run(query, variables))["errors"]
        error: dict[str, Any] = errors[0]
        assert error["extensions"]["code"] != "INTERNAL", error
        return error

    async def run(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        platform, viewer = self.platform, self._principal
        if self.roles is not None:
            access = await access_of(platform.database, viewer)
            platform = replace(platform, access=access)
        context = ApiContext(platform, viewer, self.now)
        return (await self._executor.execute(query, variables, None, context)).result

    @property
    def _principal(self) -> Principal:
        machine = self.administrator or self.employee is None
        roles = self.roles or (MACHINE_ROLES if machine else EMPLOYEE_ROLES)
        return Principal(
            self.viewer,
            self.author,
            AuthenticationMethod.API_KEY,
            roles,
            self.employee,
            rows=self.rows,
        )


@pytest.fixture
def api_of(platform: Platform) -> Callable[[Host], Api]:
    """What makes the API with other plugins than those that are installed."""
    return lambda host: Api(replace(platform, host=host), datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def api(platform: Platform, api_of: Callable[[Host], Api]) -> Api:
    return api_of(platform.host)


@pytest.fixture
async def address(api: Api) -> AsyncIterator[str]:
    async with serving(platform_app(api.platform, lambda: api.now)) as address:
        yield address


@pytest.fixture
async def key(api: Api) -> str:
    return await create_key(api.platform.database, "Front end", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def worker(api: Api) -> LiveWorker:
    return await made_live(api)
