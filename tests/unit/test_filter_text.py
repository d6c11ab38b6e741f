"""Filters and evidence as people read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.records.activity import FollowUp, FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import Consent, Tagging, TagSource
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.engines.reference.findings import CohortPlace, Neighbour, Value
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.facts import (
    ArrivalFact,
    DepartmentFact,
    EventFact,
    OpportunityFact,
    OwnerFact,
    PersonFact,
)
from profilegraph.language.saved_filters import SavedFilter, SavedFilters
from profilegraph.rendering.evidence import evidence_line
from profilegraph.rendering.sentences import sentence
from tests.conftest import NOW

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
VISIT: dict[str, Any] = {"event": {"type": "visit"}}
SIZE: dict[str, Any] = {"tags": {"dimension": "size", "gte": "medium"}}


@pytest.mark.parametrize(
    ("filter_", "english", "chinese"),
    [
        ({"all": []}, "every customer", "全部客户"),
        ({"any": []}, "no customer", "没有客户"),
        (SIZE, "Size is Medium or above", "规模在中及以上"),
        ({"not": VISIT}, "not (“Visit” at least once)", "不满足（“访问”至少一次）"),
        (
            {"all": [SIZE, {"any": [VISIT, {"event": {"type": "purchase", "atMost": 0}}]}]},
            "Size is Medium or above and (“Visit” at least once or “Purchase” never)",
            "规模在中及以上，且（“访问”至少一次，或“购买”一次也没有）",
        ),
        (
            {
                "tags": {
                    "dimension": "hobby",
                    "anyOf": ["golf", "fishing"],
                    "weekday": 6,
                    "minWeight": 0.5,
                }
            },
            "Hobby is any of Golf, Fishing (weight at least 0.5, on Saturdays)",
            "爱好为高尔夫、钓鱼之一（权重不低于0.5、每周六）",
        ),
        (
            {"attribute": {"key": "employees", "number": {"between": [10, 5000]}}},
            "Employees from 10 to 5,000",
            "员工数在10到5,000之间",
        ),
        (
            {"attribute": {"key": "listed", "boolean": {"eq": True}}},
            "Listed is yes",
            "是否上市为是",
        ),
        ({"attribute": {"key": "slogan", "exists": False}}, "Slogan is not known", "口号未知"),
        (
            {
                "event": {
                    "type": "purchase",
                    "atLeast": 2,
                    "window": {"lastDays": 30},
                    "amount": {"gte": 9.5},
                }
            },
            "“Purchase” at least 2 times, in the last 30 days, amount at least 9.5",
            "“购买”至少2次、最近30天内、金额不小于9.5",
        ),
        (
            {"people": {"atMost": 0, "where": {"title": {"contains": "CFO"}}}},
            "no known decision-maker with title contains “CFO”",
            "没有已知的决策人（职务包含“CFO”）",
        ),
        (
            {
                "people": {
                    "where": {
                        "roles": ["DECIDER"],
                        "department": {"functions": ["IT"]},
                        "did": VISIT["event"],
                    }
                }
            },
            "a decision-maker with role decider, department IT or below, “Visit” at least once",
            "有决策人（角色为最终决策人、部门为信息技术及其下级部门、“访问”至少一次）",
        ),
        (
            {
                "eventTotal": {
                    "type": "purchase",
                    "window": {"lastDays": 365},
                    "total": {"gte": 10000},
                }
            },
            "“Purchase” amounts in total at least 10,000, in the last 365 days",
            "“购买”金额合计不小于10,000、最近365天内",
        ),
        (
            {
                "stopped": {
                    "type": "visit",
                    "atLeast": 3,
                    "did": {"lastDays": 90},
                    "didNot": {"lastDays": 30},
                }
            },
            "“Visit” at least 3 times in the last 90 days, but not in the last 30 days",
            "“访问”至少3次，最近90天内，但最近30天内没有",
        ),
        (
            {
                "sequence": {
                    "first": {"type": "visit", "content": {"contains": "pricing"}},
                    "then": {"type": "purchase"},
                    "withinDays": 7,
                }
            },
            "“Visit” with content contains “pricing”, then “Purchase”, within 7 days",
            "先有“访问”（内容包含“pricing”），后有“购买”、相隔不超过7天",
        ),
        (
            {
                "people": {
                    "where": {"takesPartIn": {"roles": ["USER"], "where": {"outcomes": ["WON"]}}}
                }
            },
            "a decision-maker with a part in an opportunity with outcome won, role in it user",
            "有决策人（参与商机（结果为赢单、在其中的角色为使用者））",
        ),
        (
            {"opportunity": {"atLeast": 2, "where": {"stages": ["contract"]}}},
            "at least 2 opportunities with stage contract",
            "至少有2个商机（阶段为contract）",
        ),
        (
            {"followUp": {"atMost": 0, "kinds": ["VISIT"], "employees": ["li"]}},
            "no follow-up with kind visit, employee li",
            "没有跟进（方式为拜访、跟进人为li）",
        ),
        (
            {"channel": {"channels": ["ads"]}},
            "came to us with channel ads or below",
            "来过（渠道为ads及其下级渠道）",
        ),
        ({"owner": {"atMost": 0}}, "no owner", "没有负责人"),
        (
            {"team": {"teams": ["north"]}},
            "an owner in team north or below",
            "有负责人（团队为north及其下级团队）",
        ),
        (
            {"consent": {"purposes": ["email"], "granted": False}},
            "a refusal with purpose email",
            "有拒绝（用途为email）",
        ),
        (
            {"metric": {"key": "score", "number": {"between": [0.00001, 1234567.5]}}},
            "Score from 0.00001 to 1,234,567.5",
            "得分在0.00001到1,234,567.5之间",
        ),
        (
            {"cohort": {"salt": "spring", "to": 0.1}},
            "in the random share from 0 to 0.1 of “spring”",
            "在随机份额0到0.1之内（“spring”）",
        ),
        (
            {"related": {"kinds": ["SUBSIDIARY"], "distance": 2, "where": VISIT}},
            "(a related customer with relation subsidiary, up to 2 steps away where “Visit” at least once)",
            "（有关联客户（关系为子公司、最多相隔2层），满足：“访问”至少一次）",
        ),
    ],
)
def test_a_filter_is_a_sentence_in_both_languages(
    filter_: dict[str, Any], english: str, chinese: str
) -> None:
    node = decode(filter_)
    assert sentence(node, CATALOGUE, "en") == english
    assert sentence(node, CATALOGUE, "zh-CN") == chinese


@pytest.mark.parametrize(
    ("found", "english", "chinese"),
    [
        (
            Tagging(
                customer="c", tag="size/large", since=NOW, source=TagSource.IMPORT, by="crm.csv"
            ),
            "Large since 2026-03-01 12:00, by an import crm.csv",
            "大，自2026-03-01 12:00起，导入crm.csv",
        ),
        (Value("score", 1234.5), "Score: 1,234.5", "得分：1,234.5"),
        (Value("employees", None), "Employees is not known", "员工数未知"),
        (
            EventFact("e", "purchase", NOW, channel="web", amount=125_000),
            "Purchase on 2026-03-01 12:00, web, 12.50",
            "购买，2026-03-01 12:00、web、12.50",
        ),
        (
            PersonFact(
                "p",
                "王芳",
                "CFO",
                DecisionRole.DECIDER,
                departments=(DepartmentFact("d", "财务部"),),
            ),
            "王芳, CFO, decider in 财务部",
            "王芳、CFO、最终决策人，财务部",
        ),
        (CohortPlace("spring", 0.25), "at 0.2500 of “spring”", "在“spring”中位于0.2500"),
        (Neighbour("n", "华北", 2), "华北, 2 steps away", "华北，相隔2层"),
        (
            OpportunityFact("o", OpportunityOutcome.WON, "Seats"),
            "Seats, won",
            "Seats、赢单",
        ),
        (
            FollowUp(
                key="f",
                customer="c",
                kind=FollowUpKind.VISIT,
                at=NOW,
                employee="li",
                outcome="quote",
            ),
            "visit on 2026-03-01 12:00, li, quote",
            "拜访，2026-03-01 12:00、li、quote",
        ),
        (
            ArrivalFact(NOW, ("search", "ads")),
            "by search on 2026-03-01 12:00",
            "来自search，2026-03-01 12:00",
        ),
        (OwnerFact("li", NOW, "李"), "李 since 2026-03-01 12:00", "李，自2026-03-01 12:00起"),
        (
            Consent(key="k", customer="c", purpose="email", granted=False, at=NOW),
            "email: no, on 2026-03-01 12:00",
            "email：拒绝，2026-03-01 12:00",
        ),
    ],
)
def test_evidence_is_a_line_in_both_languages(found: Any, english: str, chinese: str) -> None:
    assert evidence_line(found, CATALOGUE, "en") == english
    assert evidence_line(found, CATALOGUE, "zh") == chinese


def test_a_reference_reads_as_the_segment_s_label() -> None:
    labels = Labels(zh_cn="好客户", en="Good customers")
    library = SavedFilters({"good": SavedFilter(labels, decode(VISIT))})
    node = decode({"segment": {"key": "good"}})
    assert sentence(node, CATALOGUE, "en", library) == "in segment “Good customers”"
    assert sentence(node, CATALOGUE, "zh", library) == "属于人群“好客户”"


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            Tagging(customer="a", tag="size/gone", since=NOW),
            "size/gone since 2026-03-01 12:00, by hand",
        ),
        (Value("gone", 3.0), "gone: 3"),
        (Value("gone", None), "gone is not known"),
        (EventFact("e", "gone", NOW), "gone on 2026-03-01 12:00"),
    ],
)
def test_evidence_that_no_taxonomy_has_any_more_is_called_by_its_key(found: Any, line: str) -> None:
    assert evidence_line(found, CATALOGUE, "en") == line
