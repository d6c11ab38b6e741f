"""Settings come from the environment; what is empty there is not set."""

from __future__ import annotations

import pytest

from profilegraph.config import load_settings


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEO4J_URI", "")
    monkeypatch.setenv("PROFILEGRAPH_PORT", "")
    settings = load_settings()
    assert settings.neo4j_uri is None
    assert settings.port == 8080


def test_a_variable_that_is_set_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:7687")
    assert load_settings().neo4j_uri == "bolt://127.0.0.1:7687"
