"""Settings come from the environment; what is empty there is not set."""

from __future__ import annotations

import pytest

from profilegraph.config import load_settings
from profilegraph.errors import InvalidConfiguration


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEO4J_URI", "")
    monkeypatch.setenv("PROFILEGRAPH_PORT", "")
    settings = load_settings()
    assert settings.neo4j_uri is None
    assert settings.port == 8080


def test_a_variable_that_is_set_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:7687")
    assert load_settings().neo4j_uri == "bolt://127.0.0.1:7687"


def test_web_sites_are_written_with_commas_between(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(
        "PROFILEGRAPH_CORS_ORIGINS", "https://crm.example.com, http://localhost:5173"
    )
    assert load_settings().cors_origins == ("https://crm.example.com", "http://localhost:5173")


@pytest.mark.parametrize(
    "given", ["*", "crm.example.com", "https://crm.example.com/", "null", "https://A.example"]
)
def test_what_is_no_origin_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv("PROFILEGRAPH_CORS_ORIGINS", given)
    with pytest.raises(InvalidConfiguration, match=r"CORS_ORIGINS.*https://crm\.example\.com"):
        load_settings()
