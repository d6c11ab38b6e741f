"""What taxonomies had and have no more."""

from datetime import UTC, datetime, timedelta

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.taxonomy.removed import removals

THEN = datetime(2026, 3, 1, tzinfo=UTC)
LATER = THEN + timedelta(days=1)
LABELS = {"zh-CN": "名", "en": "name"}


def taxonomy(tags: list[str], **more: object) -> Taxonomy:
    size = {
        "key": "size",
        "labels": LABELS,
        "cardinality": "single",
        "tags": [{"key": tag, "labels": LABELS} for tag in tags],
    }
    whole = {"key": "t", "version": "1.0.0", "labels": LABELS, "dimensions": [size]}
    return Taxonomy.model_validate(whole | more)


WHOLE = taxonomy(
    ["small", "large"],
    attributes=[{"key": "city", "type": "string", "labels": LABELS}],
    metrics=[{"key": "score", "labels": LABELS}],
    events=[{"key": "call", "labels": LABELS}],
)
BARE = taxonomy(["small"])


def test_each_kind_of_thing_that_goes_is_kept_with_the_moment():
    names = ("attribute:city", "event:call", "metric:score", "tag:size/large")
    assert removals({}, WHOLE, BARE, THEN) == dict.fromkeys(names, THEN)


def test_what_has_gone_stays_gone_since_then_and_is_forgotten_when_it_is_back():
    gone = removals({}, WHOLE, BARE, THEN)
    assert removals(gone, BARE, BARE, LATER) == gone
    back = taxonomy(["small", "large"])
    assert "tag:size/large" not in removals(gone, BARE, back, LATER)
    assert removals(gone, BARE, back, LATER)["metric:score"] == THEN


def test_what_has_another_name_now_has_not_gone():
    renamed = taxonomy(["small"])
    tag = renamed.dimensions[0].tags[0].model_copy(update={"key": "tiny", "aliases": ("small",)})
    dimension = renamed.dimensions[0].model_copy(update={"tags": (tag,)})
    renamed = renamed.model_copy(update={"dimensions": (dimension,)})
    assert removals({}, BARE, renamed, THEN) == {}


def test_nothing_has_gone_from_a_taxonomy_that_is_new():
    assert removals({}, None, WHOLE, THEN) == {}


def test_what_is_added_to_others_can_go_and_what_has_moved_has_not():
    added = [{"dimension": "pains", "tags": [{"key": "slow", "labels": LABELS}]}]
    before = taxonomy(["small"], extends={"base": ">=1"}, additions=added)
    assert removals({}, before, BARE, THEN) == {"tag:pains/slow": THEN}
    tag = BARE.dimensions[0].tags[0].model_copy(update={"aliases": ("pains/slow",)})
    moved = BARE.dimensions[0].model_copy(update={"tags": (tag,)})
    assert removals({}, before, BARE.model_copy(update={"dimensions": (moved,)}), THEN) == {}
