"""Who may plan, tag, clean and restructure, over the API."""

from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import Employee, Team
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import check_key, create_key
from profilegraph.services.taxonomies.loading import taxonomy_digest
from profilegraph.storage.taxonomies.definitions import save_taxonomy

TAG = """mutation { tagCustomers(customers: ["a"], tags: [{tag: "temperature/warm"}]) { key } }"""
UNTAG = """mutation { untagCustomers(customers: ["a"], tags: ["temperature/warm"]) { key } }"""
LEND = """
mutation($until: DateTime!, $employee: String, $team: String) {
  lendDuty(dimension: "temperature", duty: TAG, until: $until, employee: $employee, team: $team,
           note: "holidays") {
    key dimensionKey duty since until by note holds endedAt endedBy employee { key name } team { key name }
  }
}
"""
END = """mutation($key: String!) { endLoan(key: $key) { holds endedAt endedBy } }"""
ASSIGN = """
mutation($team: String, $duty: Duty! = TAG) {
  assignDuty(dimension: "temperature", duty: $duty, team: $team) {
    duties { duty team { key name } assignedBy reason }
  }
}
"""


@pytest.fixture
async def office(api: Any) -> Any:
    """The customer a, sales with the team east in it, marketing, and who works there."""
    records = [
        Customer(key="a"),
        Team(key="sales", name="Sales"),
        Team(key="east", name="East", parent="sales"),
        Team(key="marketing", name="Marketing"),
        Employee(key="li", name="Li Lei", team="east"),
        Employee(key="wang", name="Wang Fang", team="marketing"),
        Employee(key="zhao", name="Zhao Yun"),
    ]
    await save(api.platform, records, api.now)
    await create_key(api.platform.database, "Boss", api.now, employee="zhao", roles=["admin"])
    return api


def acting(api: Any, employee: str | None, *, administrator: bool = False) -> Any:
    api.employee, api.administrator = employee, administrator
    api.viewer = api.author = employee or "machine"
    return api


async def lend(api: Any, **to: str) -> dict[str, Any]:
    acting(api, "zhao", administrator=True)
    until = (api.now + timedelta(days=1)).isoformat()
    loan: dict[str, Any] = (await api(LEND, until=until, **to))["lendDuty"]
    return loan


async def test_whose_team_has_the_duty_may_tag_also_from_a_team_within_it(office):
    acting(office, "li")
    assert (await office(TAG))["tagCustomers"] == [{"key": "a"}]
    assert (await office(UNTAG))["untagCustomers"] == [{"key": "a"}]


@pytest.mark.parametrize("change", [TAG, UNTAG])
async def test_without_the_duty_one_is_told_who_has_it_and_how_to_get_it(office, change):
    acting(office, "wang")
    error = await office.error(change)
    assert error["extensions"] == {
        "code": "FORBIDDEN",
        "where": "temperature",
        "hint": "Ask that team to do it, or an administrator (Boss) to lend you the duty TAG for a"
        " time.",
    }
    assert error["message"] == (
        "'wang' may not put tags on customers: in the dimension 'temperature' that is the duty of"
        " the team 'sales' (Sales)."
    )
    acting(office, None)
    assert (await office('{ customer(key: "a") { tags { tag { key } } } }')) == {
        "customer": {"tags": []}
    }


async def test_one_refused_tag_leaves_all_of_them_out(office):
    await office(
        """mutation { assignDuty(dimension: "pains", duty: TAG, team: "marketing") { key } }"""
    )
    acting(office, "wang")
    both = """mutation { tagCustomers(customers: ["a"], tags: [
      {tag: "pains/no_integration"}, {tag: "temperature/warm"}]) { key } }"""
    assert (await office.error(both))["extensions"]["where"] == "temperature"
    alone = """mutation { tagCustomers(customers: ["a"], tags: [{tag: "pains/no_integration"}]) {
      tags { tag { key } } } }"""
    assert (await office(alone))["tagCustomers"] == [
        {"tags": [{"tag": {"key": "pains/no_integration"}}]}
    ]


async def test_a_loan_lets_an_employee_tag_until_the_moment_that_it_is_over(office):
    loan = await lend(office, employee="wang")
    assert loan == {
        "key": loan["key"],
        "dimensionKey": "temperature",
        "duty": "TAG",
        "since": office.now.isoformat(),
        "until": (office.now + timedelta(days=1)).isoformat(),
        "by": "zhao",
        "note": "holidays",
        "holds": True,
        "endedAt": None,
        "endedBy": None,
        "employee": {"key": "wang", "name": "Wang Fang"},
        "team": None,
    }
    acting(office, "wang")
    assert "errors" not in await office.run(TAG, {})
    office.now += timedelta(days=1) - timedelta(microseconds=1)
    assert "errors" not in await office.run(TAG, {})
    office.now += timedelta(microseconds=1)
    assert (await office.error(TAG))["extensions"]["code"] == "FORBIDDEN"
    assert (await office("{ loans { key } }")) == {"loans": []}
    assert (await office("{ loans(ended: true) { key holds } }")) == {
        "loans": [{"key": loan["key"], "holds": False}]
    }


async def test_a_loan_to_a_team_holds_for_its_members_until_it_is_ended(office):
    loan = await lend(office, team="marketing")
    assert (loan["employee"], loan["team"]) == (None, {"key": "marketing", "name": "Marketing"})
    acting(office, "wang")
    assert "errors" not in await office.run(TAG, {})
    assert (await office.error(END, key=loan["key"]))["extensions"]["code"] == "FORBIDDEN"
    acting(office, "zhao", administrator=True)
    ended = {"holds": False, "endedAt": office.now.isoformat(), "endedBy": "zhao"}
    assert (await office(END, key=loan["key"]))["endLoan"] == ended
    office.now += timedelta(minutes=1)
    assert (await office(END, key=loan["key"]))["endLoan"] == ended
    acting(office, "wang")
    assert (await office.error(TAG))["extensions"]["code"] == "FORBIDDEN"


async def test_only_administrators_lend_and_assign(office):
    acting(office, "li")
    until = (office.now + timedelta(days=1)).isoformat()
    for error in (
        await office.error(LEND, until=until, employee="wang"),
        await office.error(ASSIGN, team="marketing"),
    ):
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert "'li' is no administrator" in error["message"]
    assert (await office("{ loans(ended: true) { key } }")) == {"loans": []}


@pytest.mark.parametrize(
    ("given", "code", "where"),
    [
        ({"employee": "nobody"}, "NOT_FOUND", "employee"),
        ({"team": "nobody"}, "NOT_FOUND", "team"),
        ({}, "INVALID_INPUT", "employee"),
        ({"employee": "li", "team": "sales"}, "INVALID_INPUT", "employee"),
        ({"employee": "li", "until": "2026-03-01T12:00:00Z"}, "INVALID_INPUT", "until"),
    ],
)
async def test_a_loan_that_cannot_be_made_says_why(office, given, code, where):
    error = await office.error(LEND, **({"until": "2026-03-02T12:00:00Z"} | given))
    assert (error["extensions"]["code"], error["extensions"]["where"]) == (code, where)


async def test_what_is_assigned_survives_the_taxonomy_being_loaded_anew(office):
    given = (await office(ASSIGN, team="marketing"))["assignDuty"]["duties"]
    assert given[1] == {
        "duty": "TAG",
        "team": {"key": "marketing", "name": "Marketing"},
        "assignedBy": "Ann",
        "reason": "ADMINISTRATOR",
    }
    core = (await office.platform.catalogue()).taxonomies[0]
    await office.platform.database.write(
        lambda transaction: save_taxonomy(transaction, core, taxonomy_digest(core))
    )
    acting(office, "li")
    assert (await office.error(TAG))["extensions"]["code"] == "FORBIDDEN"
    acting(office, "wang")
    assert "errors" not in await office.run(TAG, {})
    acting(office, None)
    back = (await office(ASSIGN, team=None))["assignDuty"]["duties"][1]
    assert (back["team"]["key"], back["assignedBy"]) == ("sales", None)
    error = await office.error(ASSIGN, team="nobody")
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("NOT_FOUND", "team")


async def test_the_viewer_is_told_who_they_are_and_what_they_may(office):
    await lend(office, employee="wang")
    ask = """{ viewer { name administrator employee { key name teamKey } teams { key }
      duties(dimensions: ["temperature", "company_size"]) { dimension { key } duty reason } } }"""
    acting(office, "wang")
    found = (await office(ask))["viewer"]
    assert found == {
        "name": "wang",
        "administrator": False,
        "employee": {"key": "wang", "name": "Wang Fang", "teamKey": "marketing"},
        "teams": [{"key": "marketing"}],
        "duties": [
            {"dimension": {"key": "temperature"}, "duty": "PLAN", "reason": "TEAM"},
            {"dimension": {"key": "temperature"}, "duty": "TAG", "reason": "LOAN"},
            {"dimension": {"key": "temperature"}, "duty": "RESTRUCTURE", "reason": "TEAM"},
            {"dimension": {"key": "company_size"}, "duty": "PLAN", "reason": "TEAM"},
            {"dimension": {"key": "company_size"}, "duty": "RESTRUCTURE", "reason": "TEAM"},
        ],
    }
    acting(office, "li")
    assert (await office("{ viewer { teams { key } } }"))["viewer"]["teams"] == [
        {"key": "east"},
        {"key": "sales"},
    ]
    acting(office, None)
    machine = (await office(ask))["viewer"]
    assert (machine["administrator"], machine["employee"], machine["teams"]) == (True, None, [])
    assert len(machine["duties"]) == 8


async def test_an_employee_who_is_gone_may_nothing(office):
    secret = await create_key(office.platform.database, "Li", office.now, employee="li")
    key = await check_key(office.platform.database, secret, office.now)
    assert (key.employee, key.principal.administrator) == ("li", False)
    await office.platform.database.write(
        lambda transaction: transaction.run("MATCH (e:Employee {key: 'li'}) DETACH DELETE e")
    )
    acting(office, "li")
    error = await office.error(TAG)
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "not there any more" in error["message"]


async def test_stale_tags_are_cleaned_by_duty_after_a_look_at_how_many(office):
    clean = """mutation($dry: Boolean!) { cleanTags(dimension: "temperature", olderThanDays: 30,
      frozenDays: null, dryRun: $dry) { closed kept more } }"""
    await office(TAG)
    office.now += timedelta(days=31)
    acting(office, "li")
    stale = {"cleanTags": {"closed": 1, "kept": 0, "more": False}}
    assert (await office(clean, dry=True)) == stale
    error = await office.error(clean, dry=False)
    assert "that is the duty of the team 'sales_operations'" in error["message"]
    acting(office, "zhao", administrator=True)
    assert (await office(clean, dry=False)) == stale
    assert (await office('{ customer(key: "a") { tags { tag { key } } } }')) == {
        "customer": {"tags": []}
    }


async def test_employees_tag_by_hand_and_machines_as_what_they_are(office):
    imported = """mutation { tagCustomers(customers: ["a"], tags: [
      {tag: "temperature/warm", source: IMPORT}]) { tags { source } } }"""
    acting(office, "li")
    error = await office.error(imported)
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("FORBIDDEN", "source")
    for employee, administrator in (("zhao", True), (None, False)):
        acting(office, employee, administrator=administrator)
        assert (await office(imported))["tagCustomers"] == [{"tags": [{"source": "IMPORT"}]}]


TAXONOMY = """mutation {
  saveTaxonomy(input: {key: "own", labels: {zhCN: "自有", en: "Own"}}) { key } }"""
MOOD = """mutation { saveDimension(input: {
  taxonomy: "own", key: "mood", labels: {zhCN: "心情", en: "Mood"}}) { key } }"""
GLAD = """mutation { saveTag(input: {
  dimension: "mood", name: "glad", labels: {zhCN: "高兴", en: "Glad"}}) { key } }"""
GIVE = """mutation($duty: Duty!, $team: String!) {
  assignDuty(dimension: "mood", duty: $duty, team: $team) { key } }"""


async def test_administrators_make_dimensions_and_who_plans_them_makes_their_tags(office):
    acting(office, "wang")
    assert (await office.error(TAXONOMY))["extensions"]["code"] == "FORBIDDEN"
    acting(office, None)
    await office(TAXONOMY)
    acting(office, "wang")
    assert (await office.error(MOOD))["extensions"]["where"] == "mood"
    acting(office, None)
    await office(MOOD)
    acting(office, "wang")
    error = await office.error(GLAD)
    assert "for administrators, since no team is named" in error["message"]
    acting(office, None)
    await office(GIVE, duty="PLAN", team="marketing")
    acting(office, "wang")
    assert (await office(GLAD))["saveTag"] == {"key": "mood/glad"}
    acting(office, "li")
    error = await office.error(GLAD.replace("glad", "sad"))
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_whoever_restructures_has_the_duty_of_the_team_that_has_it_now(office):
    plan = """mutation { planTaxonomyChange(change: {deprecate: {target: "mood/glad"}}) {
      key digest warnings { kind subject text } } }"""
    apply = """mutation($key: String!, $digest: String!) {
      applyTaxonomyChange(key: $key, digest: $digest) { state } }"""
    for change in (TAXONOMY, MOOD, GLAD):
        await office(change)
    await office(GIVE, duty="RESTRUCTURE", team="sales")
    acting(office, "wang")
    planned = (await office(plan))["planTaxonomyChange"]
    [needed] = [one for one in planned.pop("warnings") if one["kind"] == "NEEDS_DUTY"]
    assert needed["subject"] == "mood"
    assert "sales" in needed["text"]
    error = await office.error(apply, **planned)
    assert "'wang' may not restructure: in the dimension 'mood'" in error["message"]
    acting(office, "li")
    assert (await office(apply, **planned))["applyTaxonomyChange"] == {"state": "APPLIED"}
