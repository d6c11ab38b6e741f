"""English."""

from __future__ import annotations

from profilegraph.rendering.languages.english.answers import ANSWERS
from profilegraph.rendering.languages.english.changes import CHANGES
from profilegraph.rendering.languages.english.filters import FILTERS
from profilegraph.rendering.languages.english.names import COLUMNS, DEMO, NAMES, SIGN_IN
from profilegraph.rendering.wording import Wording
from profilegraph.rendering.wording.plurals import one_and_other

WORDING = Wording(
    locale="en",
    plural=one_and_other,
    and_=" and ",
    or_=" or ",
    group="({})",
    comma=", ",
    semicolon="; ",
    space=" ",
    yes="yes",
    no="no",
    none="none",
    known="{}: {}",
    gone="{} (missing)",
    filters=FILTERS,
    answers=ANSWERS,
    changes=CHANGES,
    names=NAMES,
    columns=COLUMNS,
    demo=DEMO,
    sign_in=SIGN_IN,
)
