"""Why a customer entered or left, as a line that people read."""

from __future__ import annotations

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.attribution import AttributedCause
from profilegraph.language.saved_filters import SavedFilters
from profilegraph.rendering.evidence import evidence_line
from profilegraph.rendering.languages import wording
from profilegraph.rendering.sentences import sentence


def reason_line(
    reason: AttributedCause, catalogue: Catalogue, locale: str, library: SavedFilters
) -> str:
    """Return a cause with what it is seen by, or else the condition.

    `library` has the segments that the condition refers to.
    """
    words = wording(locale)
    label = words.names.of(reason.cause)
    if reason.evidence is not None:
        detail = evidence_line(reason.evidence, catalogue, locale)
    elif reason.condition is not None:
        detail = sentence(reason.condition, catalogue, locale, library)
    else:
        return label
    return words.known.format(label, detail)
