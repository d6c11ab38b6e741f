"""Labels as properties of a node: one for each required language, one list for all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profilegraph.domain.locales import REQUIRED
from profilegraph.domain.values import Labels


def stored_labels(labels: Labels | None) -> dict[str, str | list[str] | None]:
    """Return labels as properties; of a language that they lack, and of no labels, None.

    The names of properties are code's: what other languages say is a list of `tag=text`.
    """
    known = {} if labels is None else labels.by_locale
    others = [f"{one}={text}" for one, text in known.items() if one not in REQUIRED]
    return {
        "labelZh": known.get("zh-CN"),
        "labelEn": known.get("en"),
        "labelOthers": others or None,
    }


def read_labels(properties: Mapping[str, Any]) -> Labels:
    """Return the labels that the properties of a node hold."""
    others = (one.partition("=") for one in properties.get("labelOthers") or ())
    found = {
        "zh-CN": properties.get("labelZh"),
        "en": properties.get("labelEn"),
        **{locale: text for locale, _, text in others},
    }
    return Labels.model_validate(found)
