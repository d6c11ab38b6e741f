from typing import Any

import pytest

from profilegraph.domain.records.activity import Opportunity
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind
from profilegraph.domain.records.organisation import DecisionMaker, Team
from profilegraph.language.codec import decode
from profilegraph.services.customers import profiles
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.normal_forms import normalise_texts
from profilegraph.storage.records.writing import upsert
from tests.conftest import NOW

COMPOSED, DECOMPOSED = "Caf\u00e9", "Cafe\u0301"


async def test_names_that_look_the_same_are_found_by_each_of_them(platform: Platform) -> None:
    await save(
        platform,
        [
            Customer(key="A\u200b", name=COMPOSED, attributes={"city": f"{COMPOSED}\u00a0Nord"}),
            Customer(key="B", name=DECOMPOSED, attributes={"city": f"{DECOMPOSED} Nord"}),
            DecisionMaker(key="P", customer="A", title=f"Chef de {DECOMPOSED}"),
            Opportunity(key="O", customer="B", name=f"{COMPOSED}\u00ad"),
        ],
        NOW,
    )

    async def members(filter_: dict[str, Any], search: str | None = None) -> list[str]:
        node = decode(filter_)
        page = await service.members(platform, node, NOW, first=10, search=search)
        return [position.key for position in page.positions]

    for text in (COMPOSED, DECOMPOSED, f"\ufeff{COMPOSED}"):
        for test in ({"eq": f"{text} Nord"}, {"contains": f"{text}\u202f"}, {"startsWith": text}):
            assert await members({"attribute": {"key": "city", "text": test}}) == ["A", "B"]
        assert await members({"all": []}, search=text) == ["A", "B"]
        assert await members({"people": {"where": {"title": {"contains": text}}}}) == ["A"]
        assert await members({"opportunity": {"where": {"name": {"eq": text}}}}) == ["B"]


async def test_a_mailbox_is_found_however_it_is_written(platform: Platform) -> None:
    identities = [
        Identity(kind=IdentityKind.EMAIL, value="Li.Wei@Example.com", customer="A"),
        Identity(kind=IdentityKind.WECHAT_UNIONID, value="o\u200bX", customer="A"),
    ]
    await save(platform, [Customer(key="A"), *identities], NOW)
    for kind, text in (
        (IdentityKind.EMAIL, "LI.WEI@EXAMPLE.COM"),
        (IdentityKind.EMAIL, "li.\u00adwei@example.com\u200b"),
        (IdentityKind.WECHAT_UNIONID, "oX\ufeff"),
    ):
        assert await profiles.find_by_identity(platform, kind, text) == "A"


async def test_what_was_stored_before_there_was_a_normal_form_is_brought_into_it(
    platform: Platform,
) -> None:
    await save(platform, [Customer(key=key) for key in "ABCD"], NOW)

    async def as_before(transaction: Transaction) -> None:
        await transaction.run(
            "MATCH (a:Customer {key: 'A'}), (b:Customer {key: 'B'}), (c:Customer {key: 'C'})"
            " SET a.name = $name, a.attribute_city = $name, c.key = 'C' + $unseen"
            " CREATE (:Identity {kind: 'EMAIL', value: 'Li@x.cn', key: 'EMAIL:Li@x.cn'})"
            "   -[:IDENTIFIES]->(a),"
            " (:Identity {kind: 'EMAIL', value: 'BO@x.cn', key: 'EMAIL:BO@x.cn'})"
            "   -[:IDENTIFIES]->(a),"
            " (:Identity {kind: 'EMAIL', value: 'bo@x.cn', key: 'EMAIL:bo@x.cn'})"
            "   -[:IDENTIFIES]->(b)",
            {"name": DECOMPOSED, "unseen": "\u200b"},
        )

    await platform.database.write(as_before)
    for _ in range(2):
        await normalise_texts(platform.database)
    found = await profiles.read_profiles(platform.database, ["A", "C"])
    assert found["A"][0].name == COMPOSED
    assert found["C"][0].key == "C"
    city = decode({"attribute": {"key": "city", "text": {"eq": COMPOSED}}})
    assert await service.count(platform, city, NOW) == 1

    async def owner(text: str) -> str | None:
        return await profiles.find_by_identity(platform, IdentityKind.EMAIL, text)

    assert [await owner("LI@x.cn"), await owner("BO@x.cn")] == ["A", "B"]
    kept = await profiles.read_identities(platform.database, ["A"])
    assert sorted(one.value for one in kept["A"]) == ["BO@x.cn", "li@x.cn"]


@pytest.mark.parametrize("batch", [["A B", "B C", "C A", "D A", "F E", "E", "S S"]])
async def test_a_circle_within_one_batch_is_told_as_one_and_costs_no_other_record(
    platform: Platform, batch: list[str]
) -> None:
    teams = [
        Team(key=key, parent=rest[0] if rest else None)
        for key, *rest in (one.split() for one in batch)
    ]
    outcome = await platform.database.write(lambda transaction: upsert(transaction, teams, NOW))
    assert outcome.written == 2
    around = "`parent` leads in a circle: A → B → C → A; leave it out of one of these."
    assert [one.reason for one in sorted(outcome.refused, key=lambda one: one.index)] == [
        around,
        around,
        around,
        "no Team has the key 'A'.",
        "`parent` leads in a circle: S → S; leave it out of one of these.",
    ]
