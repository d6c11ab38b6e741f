"""The words of answers in English."""

from __future__ import annotations

from profilegraph.rendering.wording.answers import (
    AnswerWording,
    BucketWording,
    CounterfactualWording,
    DifferenceWording,
    DistanceWording,
    EvidenceWording,
    GroupWording,
    NoticeWording,
)
from profilegraph.rendering.wording.plurals import Plural

_EVIDENCE = EvidenceWording(
    tagging="{} since {}, by {} {}",
    unknown="{} is not known",
    event="{} on {}",
    of=" in {}",
    place="at {1:.4f} of “{0}”",
    sale="{}, {}",
    came="by {} on {}",
    owner="{} since {}",
    neighbour=Plural("{0}, {1} steps away", one="{0}, one step away"),
    counted=Plural("{} counted"),
    total="{} in total",
    more=Plural("… and {} more"),
)
_COUNTERFACTUAL = CounterfactualWording(
    wanted="{}; wanted: {}",
    unwanted="{}; must not be: {}",
    has_count="{} now",
    sureness="{} (confidence {:g}, weight {:g})",
    nearest="nearest: {} (not as asked: {})",
    distances=DistanceWording(
        number_up=Plural("{} more"),
        number_down=Plural("{} less"),
        times_up=Plural("{} more"),
        times_down=Plural("{} fewer"),
        days_up=Plural("{} days later", one="one day later"),
        days_down=Plural("{} days earlier", one="one day earlier"),
        steps_up=Plural("higher by {}"),
        steps_down=Plural("lower by {}"),
    ),
)
_BUCKETS = BucketWording(
    untagged="no tag",
    valueless="no value",
    unmatched="none of these",
    band_below="under {}",
    band_between="{} to under {}",
    band_from="{} or more",
    band_whole="{} to {}",
)
_DIFFERENCE = DifferenceWording(
    customers_added=Plural("added customers: {}"),
    customers_removed=Plural("removed customers: {}"),
    added="added condition: {}",
    added_alternative="added alternative: {}",
    removed="removed condition: {}",
    removed_alternative="removed alternative: {}",
    changed="changed: {} → {}",
    rewritten="written in another way, asks for the same",
    inside="within [{}]: {}",
)
_GROUPS = GroupWording(
    no_segment="It is a member of none of them.",
    one_segment="It is a member of {0} alone.",
    first_segment="It is a member of {0}; {1} comes first.",
    ranked="{0} (rank {1})",
    heaviest_segment="It is a member of {0}; {1} is the heaviest.",
    weighed="{0} (weight {1:g})",
)
_NOTICES = NoticeWording(
    nothing_before="nothing is known of {0} at {1} UTC. ",
    saved_later=Plural(
        "{0} saved only later: {1}, the first at {2} UTC; an answer as of then lacks them.",
        one="{0} saved only later: {1}, at {2} UTC; an answer as of then lacks it.",
    ),
    many="{:,}",
    or_more="{:,} or more",
)

ANSWERS = AnswerWording(
    evidence=_EVIDENCE,
    counterfactual=_COUNTERFACTUAL,
    buckets=_BUCKETS,
    difference=_DIFFERENCE,
    groups=_GROUPS,
    notices=_NOTICES,
)
