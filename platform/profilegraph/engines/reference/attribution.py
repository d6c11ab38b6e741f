"""Attributes a change of membership between two moments to its causes.

Causes are found by evaluating again with one input changed: the same definition on the later data,
and the earlier data at the later moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.evaluator import Verdict, explain
from profilegraph.engines.reference.findings import Evidence
from profilegraph.engines.reference.people import narrowed
from profilegraph.engines.reference.profile import carried, tagging_holds
from profilegraph.language import nodes
from profilegraph.language.facts import Context, Facts, PersonFact
from profilegraph.language.nodes import Cause, InSegment, Leaf, Node, Tags
from profilegraph.language.resolve import tag_groups


@dataclass(frozen=True)
class AttributedCause:
    """One cause, the condition that it affects, and the evidence in the graph."""

    cause: Cause
    condition: Node | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True)
class FilterAtMoment:
    """A filter as it was in force at one moment, and that moment."""

    filter: Node
    context: Context
    catalogue: Catalogue


@dataclass(frozen=True)
class CustomerHistory:
    """The facts of one customer at the two moments, and which of its tags expired in between."""

    before: Facts | None
    """None if it was not a customer yet."""
    after: Facts | None
    """None if it is no longer a customer: it was merged into another."""
    expired: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Changed:
    """That a customer entered or left, with at least one reason."""

    customer: str
    entered: bool
    reasons: tuple[AttributedCause, ...]


def changed(
    customer: str, known: CustomerHistory, old: FilterAtMoment, new: FilterAtMoment
) -> Changed | None:
    """Return how and why a customer's membership differs between two moments; None if it does not.

    If the earlier definition gives the same result at both moments, the cause is the definition.
    Otherwise the causes are the conditions whose results differ.
    """
    before, after = known.before, known.after
    was = before is not None and explain(old.filter, before, old.catalogue, old.context).holds
    is_ = after is not None and explain(new.filter, after, new.catalogue, new.context).holds
    if was == is_:
        return None
    if before is None:
        return Changed(customer, is_, (AttributedCause(Cause.CUSTOMER_ADDED),))
    if after is None:
        return Changed(customer, is_, (AttributedCause(Cause.MERGED),))
    # The old definition is asked again, with the segments inside it as they were defined then.
    later = replace(new.context, library=old.context.library)
    first = explain(old.filter, before, old.catalogue, old.context)
    then = explain(old.filter, after, new.catalogue, later)
    if first.holds == then.holds:
        return Changed(customer, is_, (AttributedCause(Cause.DEFINITION_CHANGED),))
    judge = _Judge(before, after, known.expired, old.context, later, new.catalogue)
    found = dict.fromkeys(judge.reasons(first, then))
    return Changed(customer, is_, tuple(found))


@dataclass(frozen=True)
class _Judge:
    before: Facts
    after: Facts
    expired: frozenset[str]
    old: Context
    new: Context
    catalogue: Catalogue

    def reasons(self, first: Verdict, then: Verdict) -> Iterator[AttributedCause]:
        """Yield why the result of a node changed, by the leaves that caused it.

        If the result of an `all` or `any` changed, those of its conditions that changed did so in
        the same direction.
        """
        if isinstance(first.node, Leaf) and not isinstance(first.node, InSegment):
            yield from self._leaf(first.node, first, then)
        for one, other in zip(first.children, then.children, strict=True):
            if one.holds != other.holds:
                yield from self.reasons(one, other)

    def _leaf(self, leaf: Leaf, first: Verdict, then: Verdict) -> Iterator[AttributedCause]:
        if isinstance(leaf, Tags):
            yield from self._tags(leaf, then.holds)
            return
        evidence = _differing(first.evidence, then.evidence)
        if explain(leaf, self.before, self.catalogue, self.new).holds == then.holds:
            yield AttributedCause(Cause.TIME_PASSED, leaf, evidence)
        elif isinstance(leaf, nodes.People):
            yield from self._people(leaf, first, then)
        elif leaf.FACTS.cause is None:
            raise AssertionError("a leaf without history is not asked of the past")
        else:
            yield AttributedCause(leaf.FACTS.cause, leaf, evidence)

    def _tags(self, leaf: Tags, holds: bool) -> Iterator[AttributedCause]:
        groups = tag_groups(leaf, self.catalogue)
        wanted = frozenset[str]().union(*groups.wanted)
        welcome, unwelcome = (wanted, groups.refused) if holds else (groups.refused, wanted)
        before, after = self._fitting(leaf, self.before), self._fitting(leaf, self.after)
        for tag in sorted(welcome & (after.keys() - before.keys())):
            known = any(one.tag == tag for one in self._carried(self.before))
            cause = Cause.TAG_CHANGED if known else Cause.TAG_ADDED
            yield AttributedCause(cause, leaf, after[tag])
        for tag in sorted(unwelcome & (before.keys() - after.keys())):
            yield AttributedCause(self._end(leaf, tag), leaf, before[tag])

    def _end(self, leaf: Tags, tag: str) -> Cause:
        still = [one for one in self._carried(self.after) if one.tag == tag]
        if not still:
            return Cause.TAG_EXPIRED if tag in self.expired else Cause.TAG_REMOVED
        # By what is said of it, it would have passed at the first moment: only its age is another.
        fits = any(tagging_holds(leaf, one, self.old) for one in still)
        return Cause.TIME_PASSED if fits else Cause.TAG_CHANGED

    def _fitting(self, leaf: Tags, facts: Facts) -> dict[str, Tagging]:
        context = self.old if facts is self.before else self.new
        some = self._carried(facts)
        return {one.tag: one for one in some if tagging_holds(leaf, one, context)}

    def _carried(self, facts: Facts) -> list[Tagging]:
        context = self.old if facts is self.before else self.new
        return [one for one in facts.taggings if carried(one, context)]

    def _people(
        self, leaf: nodes.People, first: Verdict, then: Verdict
    ) -> Iterator[AttributedCause]:
        known = {one.key: one for one in self.before.people}
        later = {one.key: one for one in self.after.people}
        matched = _keys(first.evidence), _keys(then.evidence)
        for key in sorted(matched[0] ^ matched[1]):
            one, other = known.get(key), later.get(key)
            # Shown with what the condition asks of the person, and not with all that is known.
            shown = (
                narrowed(leaf.where, other, self.new)
                if other is not None
                else None
                if one is None
                else narrowed(leaf.where, one, self.old)
            )
            yield AttributedCause(_of_person(one, other), leaf, shown)


def _of_person(one: PersonFact | None, other: PersonFact | None) -> Cause:
    if one is None or other is None:
        return Cause.PERSON_CHANGED
    if replace(one, events=(), takes_part_in=()) != replace(other, events=(), takes_part_in=()):
        return Cause.PERSON_CHANGED
    roles = [[(part.opportunity.key, part.role) for part in p.takes_part_in] for p in (one, other)]
    if sorted(roles[0]) != sorted(roles[1]):
        return Cause.PERSON_CHANGED
    if set(one.takes_part_in) != set(other.takes_part_in):
        return Cause.OPPORTUNITY_CHANGED
    return Cause.EVENT if one.events != other.events else Cause.TIME_PASSED


def _keys(evidence: Sequence[Evidence]) -> set[str]:
    return {one.key for one in evidence if isinstance(one, PersonFact)}


def _differing(first: Sequence[Evidence], then: Sequence[Evidence]) -> Evidence | None:
    """Return a piece of evidence found at one of the moments only, preferably at the later one."""
    new = [one for one in then if one not in first]
    gone = [one for one in first if one not in then]
    return next(iter(new + gone), None)
