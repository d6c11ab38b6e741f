"""The people of a segment over the API: counted, paged, with their customers and departments."""

from typing import Any

import pytest

PEOPLE = """query($f: FilterInput!, $w: PersonTest, $n: Int! = 10, $a: String) {
  segmentPreview(filter: $f) { people(where: $w, first: $n, after: $a) {
    totalCount edges { cursor node { key name role department { name } } customer { key } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
EVERYONE: dict[str, Any] = {"all": []}
WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}


@pytest.fixture
async def world(api: Any) -> Any:
    """a (warm) has li, a decider in IT who saw the prices, and bo; b (not warm) has wu, a decider."""
    for key in "ab":
        await api("mutation($k: String!) { saveCustomer(input: {key: $k}) { key } }", k=key)
    await api(
        """mutation {
          tagCustomers(customers: ["a"], tags: [{tag: "temperature/warm"}]) { key }
          saveDepartment(input: {key: "it", customer: "a", name: "IT", function: IT}) { key }
          li: saveDecisionMaker(input: {key: "li", customer: "a", name: "李", role: DECIDER, department: "it", influence: 0.9}) { key }
          bo: saveDecisionMaker(input: {key: "bo", customer: "a", role: USER}) { key }
          wu: saveDecisionMaker(input: {key: "wu", customer: "b", role: DECIDER, influence: 0.2}) { key }
          recordEvents(events: [
            {key: "e1", customer: "a", type: "visit_page", at: "2026-02-27T00:00:00Z", content: "pricing", person: "li"}
          ]) { key }
        }"""
    )
    return api


async def people(api: Any, filter_: Any, where: Any = None) -> str:
    found = (await api(PEOPLE, f=filter_, w=where))["segmentPreview"]["people"]
    keys = [edge["node"]["key"] for edge in found["edges"]]
    assert found["totalCount"] == len(keys)
    return " ".join(keys)


SAW_PRICES = {
    "type": "visit_page",
    "content": {"eq": "pricing"},
    "window": {"lastDays": 3},
}


@pytest.mark.parametrize(
    ("filter_", "where", "expected"),
    [
        (EVERYONE, None, "bo li wu"),
        (EVERYONE, {}, "bo li wu"),
        ({"any": []}, None, ""),
        (WARM, None, "bo li"),
        ({"not": WARM}, None, "wu"),
        (EVERYONE, {"roles": ["DECIDER"]}, "li wu"),
        (WARM, {"roles": ["DECIDER"]}, "li"),
        (WARM, {"did": SAW_PRICES}, "li"),
        (WARM, {"did": {**SAW_PRICES, "atMost": 0}}, "bo"),
        (EVERYONE, {"influence": {"lt": 0.5}}, "wu"),
        # What the filter asks of people is another question than who of them is listed.
        ({"people": {"where": {"roles": ["DECIDER"]}}}, {"roles": ["USER"]}, "bo"),
        ({"people": {"where": {"department": {"functions": ["IT"]}}}}, None, "bo li"),
    ],
)
async def test_the_people_are_those_of_the_members_who_are_as_asked(
    world, filter_, where, expected
):
    assert await people(world, filter_, where) == expected


async def test_pages_of_people_follow_one_another(world):
    first = (await world(PEOPLE, f=EVERYONE, n=2))["segmentPreview"]["people"]
    assert [edge["node"]["key"] for edge in first["edges"]] == ["bo", "li"]
    assert first["edges"][1]["node"] == {
        "key": "li",
        "name": "李",
        "role": "DECIDER",
        "department": {"name": "IT"},
    }
    assert first["edges"][1]["customer"] == {"key": "a"}
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    cursor = first["pageInfo"]["endCursor"]
    second = (await world(PEOPLE, f=EVERYONE, n=2, a=cursor))["segmentPreview"]["people"]
    assert [edge["node"]["key"] for edge in second["edges"]] == ["wu"]
    assert second["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "endCursor": second["edges"][0]["cursor"],
    }


async def test_a_saved_segment_has_people_too(world):
    await world(
        """mutation($f: FilterInput!) { saveSegment(input: {
          key: "warm", labels: {zhCN: "温", en: "Warm"}, filter: $f}) { key } }""",
        f=WARM,
    )
    found = await world('{ segment(key: "warm") { people { totalCount edges { node { key } } } } }')
    assert found["segment"]["people"]["totalCount"] == 2


@pytest.mark.parametrize(
    ("asked", "code", "reason"),
    [
        ({"w": {"title": {}}}, "INVALID_FILTER", "where.title"),
        ({"w": {"did": {"type": "visit_pages"}}}, "INVALID_FILTER", "visit_page"),
        ({"n": 0}, "INVALID_INPUT", "1 to 1000"),
        ({"n": 1001}, "INVALID_INPUT", "1 to 1000"),
        ({"a": "bGk"}, "INVALID_INPUT", "id"),
        ({"a": "Q3VzdG9tZXI6YQ"}, "INVALID_INPUT", "another list"),
    ],
)
async def test_what_cannot_be_asked_of_people_is_an_error(world, asked, code, reason):
    error = await world.error(PEOPLE, f=EVERYONE, **asked)
    assert error["extensions"]["code"] == code
    assert reason in f"{error['extensions'].get('where')}: {error['message']}"
