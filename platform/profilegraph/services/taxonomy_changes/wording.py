"""Changes and warnings in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from profilegraph.domain.taxonomy_changes.changes import (
    Delete,
    Deprecate,
    Merge,
    NewVersion,
    Rename,
    Split,
    SplitTarget,
    TagRelocation,
)
from profilegraph.rendering.languages import languages, wording
from profilegraph.services.taxonomy_changes.previews import Plan, PlanWarning


def told(plan: Plan, locale: str) -> str:
    """Return the change of a plan in words."""
    act, words = plan.change.act, wording(locale).changes.acts
    match act:
        case Rename(target=one, key=key, labels=labels):
            other = " · ".join(part for part in (key, labels and labels.text(locale)) if part)
            text = words.rename.format(one, other)
        case Merge(tags=tags, into=into):
            text = words.merge.format(", ".join(tags), into)
        case Split(tag=one, into=first, otherwise=otherwise):
            parts = (_target(part, locale) for part in (first, otherwise) if part)
            text = words.split.format(one, ", ".join(parts))
        case TagRelocation(target=one):
            given = act.model_dump(exclude={"target"}, exclude_unset=True)
            text = words.move.format(one, ", ".join(f"{name} {to}" for name, to in given.items()))
        case Deprecate(target=one):
            text = words.deprecate.format(one)
        case Delete(target=one):
            text = words.delete.format(one)
        case NewVersion():
            keys = ", ".join(step.key for step in plan.taxonomies)
            text = words.version.format(keys, ", ".join(step.after for step in plan.taxonomies))
        case _:
            assert_never(act)
    return text.strip()


def undone(plan: Plan, locale: str) -> str:
    """Return in words that the change of a plan is taken back."""
    return wording(locale).changes.acts.undone.format(told(plan, locale))


def note(said: Callable[[str], str]) -> str:
    """Return what a version of a segment says of why it was made, for the readers of each language."""
    return " · ".join(said(locale) for locale in languages())


def warned(warning: PlanWarning, locale: str) -> str:
    """Return a warning in words."""
    words, count = wording(locale), warning.count
    text = words.changes.warnings.of(warning.kind)
    return words.numbered(text, count, warning.subject, f"{count:,}", warning.detail)


def touched(plan: Plan, locale: str) -> str:
    """Return in words how many taggings of how many customers do not stay as they are."""
    words = wording(locale)
    customers = words.numbered(words.changes.customers, plan.customers)
    return words.numbered(words.changes.taggings, plan.taggings, plan.taggings, customers)


def _target(target: SplitTarget, locale: str) -> str:
    return target.key or (target.labels.text(locale) if target.labels is not None else "")
