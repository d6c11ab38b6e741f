"""Rights of what is not asked over GraphQL: exports, deliveries, live segments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from profilegraph.domain.access import Permission, RowAccess
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.destinations import DELIVERY
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.outbox import OutboxState
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind
from profilegraph.domain.records.organisation import Employee, Ownership
from profilegraph.domain.values import Labels
from profilegraph.errors import Forbidden
from profilegraph.language.codec import decode
from profilegraph.language.row_access import Access, Grant
from profilegraph.services.access.roles import AssignRoles, SaveRole, assign_roles, save_role
from profilegraph.services.customers.records import save
from profilegraph.services.destinations.sending import SendSegment, delivery, request_delivery
from profilegraph.services.exports.tables import open_table
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.live import service as live
from profilegraph.services.live.service import SetSegmentLive, set_live
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.segments.service import SaveSegment, save_segment
from tests.conftest import NOW
from tests.integration.test_sending import Post
from tests.support.plugins import delivering, with_plugins

OWN = decode({"owner": {"employees": ["li"]}})
READ = frozenset({Permission.CUSTOMERS_READ, Permission.CUSTOMERS_EXPORT})
SALES = Access((Grant("sales", READ | {Permission.CONTACTS_READ}, OWN),))
ANALYST = Access((Grant("analyst", READ),))
BUYERS = {"event": {"type": "purchase"}}


@pytest.fixture
async def shop(platform: Platform) -> Platform:
    """Three buyers, each with a phone; Li owns a, Wang b, nobody c."""
    await save(
        platform,
        [
            *[Employee(key=key) for key in ("li", "wang")],
            *[Customer(key=key) for key in "abc"],
            *[Ownership(employee=by, customer=key, since=NOW - timedelta(days=9))
              for key, by in (("a", "li"), ("b", "wang"))],
            *[Event(key=f"e-{key}", customer=key, type="purchase", at=NOW - timedelta(days=3))
              for key in "abc"],
            *[Identity(kind=IdentityKind.PHONE, value=f"+861380013800{n}", customer=key)
              for n, key in enumerate("abc")],
        ],
        NOW,
    )  # fmt: skip
    await saved(platform, "buyers", "command line")
    return platform


async def saved(platform: Platform, key: str, author: str) -> None:
    command = SaveSegment(key, Labels(en=key), decode(BUYERS))
    await save_segment(platform, command, CommandContext(replace(OPERATOR, name=author), NOW))


async def exported(platform: Platform) -> list[tuple[str, str]]:
    table = await open_table(platform, "buyers", NOW, columns=["key", "identity:phone"])
    return [
        (row.profile.key, row.identities[0].value) async for page in table.pages for row in page
    ]


async def test_an_export_has_the_rows_of_whoever_asks_and_masks_contact_data(
    shop: Platform,
) -> None:
    phones = {key: f"+861380013800{n}" for n, key in enumerate("abc")}
    assert await exported(shop) == [*phones.items()]
    assert await exported(replace(shop, access=SALES)) == [("a", phones["a"])]
    assert await exported(replace(shop, access=ANALYST)) == [(key, "***") for key in "abc"]
    both = Access((*SALES.grants, *ANALYST.grants))
    assert await exported(replace(shop, access=both)) == [
        ("a", phones["a"]), ("b", "***"), ("c", "***"),
    ]  # fmt: skip


async def evaluated(platform: Platform, author: str) -> tuple[int, str | None]:
    """Return the size of an author's live segment after one round, and its problem."""
    context = CommandContext(Actor(author, administrator=True), NOW)
    await set_live(platform, SetSegmentLive("mine", True, None), context)
    await LiveWorker(platform).round(NOW)
    found = (await live.live_states(platform, ["mine"]))["mine"]
    return found.size, found.problem


async def test_a_live_segment_has_the_members_that_its_owner_sees(shop: Platform) -> None:
    await create_key(shop.database, "Li", NOW, employee="li")
    context = CommandContext(OPERATOR, NOW)
    await assign_roles(shop, AssignRoles("li", ("sales",)), context)
    await saved(shop, "mine", "Li")
    assert await evaluated(shop, "Li") == (1, None)
    worker = LiveWorker(shop)
    await worker.round(NOW)
    await assign_roles(shop, AssignRoles("li", ("marketer",)), context)
    await worker.round(NOW + timedelta(minutes=1))
    assert (await live.live_states(shop, ["mine"]))["mine"].size == 3
    own = [Ownership(employee="li", customer="c", since=NOW)]
    await assign_roles(shop, AssignRoles("li", ("sales",)), context)
    await save(shop, own, NOW)
    await worker.round(NOW + timedelta(minutes=2))
    assert (await live.live_states(shop, ["mine"]))["mine"].size == 2


async def test_a_live_segment_says_that_its_owner_has_no_rights_any_more(shop: Platform) -> None:
    await create_key(shop.database, "Li", NOW, employee="li")
    await saved(shop, "mine", "Li")
    assert (await evaluated(shop, "Li"))[0] == 3
    worker = LiveWorker(shop)
    await worker.round(NOW)
    [key] = await list_keys(shop.database)
    await revoke_key(shop.database, key.id, NOW)
    later = NOW + timedelta(minutes=1)
    await worker.round(later)
    problem = (await live.live_states(shop, ["mine"]))["mine"].problem
    assert problem is not None
    assert "on behalf of 'Li' any more" in problem
    await create_key(shop.database, "Li", later, employee="li")
    await worker.round(later + timedelta(hours=1))
    assert (await live.live_states(shop, ["mine"]))["mine"].problem is None


async def test_who_sees_fewer_customers_sees_fewer_members_and_moves(shop: Platform) -> None:
    await saved(shop, "mine", "command line")
    await evaluated(shop, "command line")
    worker = LiveWorker(shop)
    await worker.round(NOW)
    await save(shop, [Customer(key="d"), Event(key="e-d", customer="d", type="purchase", at=NOW)],
               NOW)  # fmt: skip
    await worker.round(NOW + timedelta(minutes=1))
    for access, size, moved in ((shop.access, 4, ["d"]), (SALES, 1, [])):
        seen = replace(shop, access=access)
        watch = (await live.live_states(seen, ["mine"]))["mine"]
        assert await live.size(seen, watch) == size
        page = await live.newest_transitions(seen, "mine", first=10)
        assert [one.customer for one in page.crossings] == moved


async def test_contact_data_is_sent_only_by_who_may_see_it(shop: Platform) -> None:
    command = SendSegment("buyers", "post", {"folder": "x"}, ("key", "identity:phone"))
    platform, context = with_plugins(shop, acme=Post()), CommandContext(Actor("Li"), NOW)
    with pytest.raises(Forbidden, match="sending identity:phone"):
        await request_delivery(replace(platform, access=ANALYST), command, context)
    waiting = await request_delivery(replace(platform, access=SALES), command, context)
    assert waiting.size == 1


async def test_a_delivery_goes_to_those_whom_its_author_sees_when_it_is_sent(
    shop: Platform,
) -> None:
    await create_key(shop.database, "Li", NOW, employee="li")
    post, context = Post(), CommandContext(Actor("Li"), NOW)
    platform = with_plugins(shop, acme=post)
    first, second = [
        (await request_delivery(
            platform, SendSegment("buyers", "post", {"folder": one}, ("key",)), context
        )).key
        for one in "xy"
    ]  # fmt: skip
    operator = CommandContext(OPERATOR, NOW)
    await save_role(shop, SaveRole("own", tuple(READ), RowAccess.OWN), operator)
    await assign_roles(shop, AssignRoles("li", ("own",)), operator)
    await delivering(platform, NOW).send(DELIVERY, first)
    assert [row["key"] for page in post.arrived[first] for row in page.rows] == ["a"]
    [key] = await list_keys(shop.database)
    await revoke_key(shop.database, key.id, NOW)
    await delivering(platform, NOW).send(DELIVERY, second)
    refused = await delivery(platform, second)
    assert (refused.state, second in post.arrived) == (OutboxState.FAILED, False)
    assert "on behalf of 'Li' any more" in (refused.problem or "")
