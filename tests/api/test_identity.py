"""API keys and sessions over the API: made, rotated, revoked and ended by administrators."""

from datetime import timedelta

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.organisation import Employee
from profilegraph.errors import Unauthenticated
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import check_key
from profilegraph.services.identity.sessions import CreateSignInLink, create_link, sign_in

CREATE = """
mutation($name: String!, $roles: [String!]! = [], $rows: FilterInput, $employee: String, $id: String) {
  createApiKey(name: $name, roles: $roles, rows: $rows, employee: $employee, idempotencyKey: $id) {
    secret apiKey { key name roles ownRoles rows valid lastUsedOn employee { key } }
  }
}
"""
ROTATE = (
    "mutation($key: String!) { rotateApiKey(key: $key, graceHours: 1) { secret apiKey { key } } }"
)
REVOKE = "mutation($key: String!) { revokeApiKey(key: $key) { key valid revokedAt } }"
LIST = "{ apiKeys { key name valid expiresAt } }"
SESSIONS = "{ browserSessions { key provider roles employee { key } } }"
END = "mutation($employee: String) { endSessions(employee: $employee) }"


@pytest.fixture
async def office(api):
    await save(api.platform, [Employee(key="li", name="Li")], api.now)
    return api


async def test_an_administrator_makes_a_key_with_roles_rows_and_an_employee(office):
    made = await office(
        CREATE,
        name="Li",
        roles=["sales"],
        rows={"companySize": {"anyOf": ["P50_500"]}},
        employee="li",
    )
    found = made["createApiKey"]["apiKey"]
    assert found == {
        "key": found["key"],
        "name": "Li",
        "roles": ["sales"],
        "ownRoles": True,
        "rows": {"tags": {"dimension": "company_size", "anyOf": ["50_500"]}},
        "valid": True,
        "lastUsedOn": None,
        "employee": {"key": "li"},
    }
    key = await check_key(office.platform.database, made["createApiKey"]["secret"], office.now)
    assert (key.id, key.roles, key.employee) == (found["key"], ("sales",), "li")


async def test_a_repeated_request_is_answered_without_the_secret(office):
    first = await office(CREATE, name="crm", id="a")
    again = await office(CREATE, name="crm", id="a")
    assert again["createApiKey"]["secret"] is None
    assert again["createApiKey"]["apiKey"] == first["createApiKey"]["apiKey"]
    assert len((await office(LIST))["apiKeys"]) == 1


async def test_a_key_is_rotated_and_revoked(office):
    key = (await office(CREATE, name="crm"))["createApiKey"]["apiKey"]["key"]
    new = (await office(ROTATE, key=key))["rotateApiKey"]
    assert (await check_key(office.platform.database, new["secret"], office.now)).name == "crm"
    listed = {one["key"]: one for one in (await office(LIST))["apiKeys"]}
    assert listed.keys() == {key, new["apiKey"]["key"]}
    assert listed[key]["expiresAt"] == (office.now + timedelta(hours=1)).isoformat()
    revoked = (await office(REVOKE, key=new["apiKey"]["key"]))["revokeApiKey"]
    assert (revoked["valid"], revoked["revokedAt"]) == (False, office.now.isoformat())
    with pytest.raises(Unauthenticated):
        await check_key(office.platform.database, new["secret"], office.now)


async def test_an_administrator_sees_and_ends_sessions(office):
    boss = CommandContext(OPERATOR, office.now)
    for _ in range(2):
        link = await create_link(office.platform, CreateSignInLink("li"), boss)
        await sign_in(office.platform, link, office.now)
    found = (await office(SESSIONS))["browserSessions"]
    assert [(one["employee"], one["provider"], one["roles"]) for one in found] == [
        ({"key": "li"}, None, ["marketer"])
    ] * 2
    assert await office(END, employee="li") == {"endSessions": 2}
    assert await office(SESSIONS) == {"browserSessions": []}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (CREATE, {"name": "mine"}),
        (ROTATE, {"key": "a"}),
        (REVOKE, {"key": "a"}),
        (END, {"employee": "li"}),
        (LIST, {}),
        (SESSIONS, {}),
    ],
)
async def test_nobody_else_may_any_of_it(office, query, variables):
    office.author, office.employee = "Li", "li"
    error = await office.error(query, **variables)
    assert error["extensions"]["code"] == "FORBIDDEN"
