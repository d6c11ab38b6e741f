"""The targets of safety: what each says, how it is measured, and which tests hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.checks import fishing, greedy_queries, injections, other_sites
from benchmarks.hub import Served

ROOT = Path(__file__).parents[1]
FLOODS, NEIGHBOURS = "greedy work", "neighbours"
OUTAGES, KILLED = "slow or dead database", "kill -9 in the middle of writes"
LOAD = "many at once"


@dataclass(frozen=True)
class Target:
    """One row of the table."""

    threat: str
    goal: str
    measured: Callable[[Served], str] | None = None
    """Returns what was found at a running server."""
    tests: Sequence[str] = ()
    """Files of tests, or single tests, that the report runs."""
    note: str = ""
    """What is to be said beside, such as that something is not built."""


NOT_BUILT = "**not built yet**"


def named(pattern: str) -> tuple[str, ...]:
    """Return the files of tests whose names match, none where what they test is not built."""
    return tuple(sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(f"tests/*/{pattern}")))


_AUDIT, _ERASURE = named("test_audit*.py"), named("test_eras*.py")

TARGETS = (
    Target(
        "HTTP conformance",
        "npm `graphql-http` 1.23 `auditServer`: all 61",
        tests=("tests/api/test_reference_clients.py",),
    ),
    Target(
        "greedy query",
        "depth ≤ 10, aliases ≤ 30, root fields ≤ 10, directives ≤ 50, tokens ≤ 2,000, body ≤ 1 MB,"
        " filter ≤ 100 leaves and ≤ 8 deep, list items ≤ 10,000; refused in ≤ 50 ms with no resolver run",
        greedy_queries,
        ("tests/api/test_limits.py",),
    ),
    Target(
        "cross-site request",
        "simple content types, GET mutations and batches refused; GET queries only with a preflight"
        " header; WebSocket with a foreign Origin 403",
        other_sites,
        ("tests/api/test_cross_site.py",),
    ),
    Target(
        FLOODS,
        "priced by what it does, bounded, cancelled, never more than 20 ms at a time on the event loop;"
        " /health ≤ 100 ms",
        tests=(
            "tests/api/test_costs.py",
            "tests/property/test_prices.py",
            "tests/unit/test_pacer.py",
            "tests/unit/test_workers.py",
        ),
    ),
    Target(
        NEIGHBOURS,
        "one key's floods slow nobody else: the count's p99 ≤ 3 × its quiet value",
        tests=("tests/unit/test_fair_queue.py", "tests/unit/test_rates.py"),
    ),
    Target(
        LOAD,
        "64 clients for 60 s, reads and 5 % changes, half of them with rows: no error; beside @neo4j/graphql",
    ),
    Target(
        OUTAGES,
        "an error with a code within 10 s; healed within 1 s of its return; /health answers in < 100 ms"
        " meanwhile",
        tests=("tests/integration/test_outages.py",),
    ),
    Target(
        KILLED,
        "no acknowledged write lost, none doubled",
        tests=(
            "tests/integration/test_embedded.py::test_a_killed_server_has_kept_what_it_acknowledged",
        ),
    ),
    Target(
        "background work",
        "every routine supervised; a poisoned item is set aside; /ready tells",
        tests=("tests/unit/test_routines.py",),
    ),
    Target(
        "schema fishing",
        "introspection and GraphiQL by role; no suggestions; the SDL ships as a file",
        fishing,
        note="by key, not by role; the nearest name is suggested to whoever has a key, since the SDL is public",
    ),
    Target(
        "authorisation",
        "every root field in a role × field table that a test walks; row scope is part of every evaluator;"
        " counts and explanations never tell of customers out of scope; contact data masked without the right",
        tests=(
            "tests/api/test_rights.py",
            "tests/api/test_rights_are_checked.py",
            "tests/property/test_scopes.py",
        ),
    ),
    Target(
        "Cypher injection",
        "fuzzed keys and values, nothing escapes",
        injections,
        ("tests/meta/test_statements.py",),
    ),
    Target(
        "disk full",
        "a code, no restart needed once there is space, nothing half-written",
        tests=(
            "tests/integration/test_outages.py",
            "tests/integration/test_index.py::test_a_full_disk_costs_the_saved_index_alone",
            "tests/unit/test_embedded_checks.py::test_a_real_full_device_is_recognised",
        ),
    ),
    Target(
        "spreadsheets",
        "cells that start with = + - @ are escaped on export",
        tests=(
            "tests/unit/test_export_files.py",
            "tests/unit/test_texts.py",
            "tests/e2e/test_exports.py::test_what_looks_like_a_formula_is_none",
        ),
    ),
    Target(
        "erasure",
        "after `eraseCustomer` a canary string is found nowhere",
        tests=_ERASURE,
        note="" if _ERASURE else NOT_BUILT,
    ),
    Target(
        "audit",
        "every mutation, every read of contact data, every export: who, what, when; a broken chain is detected",
        tests=_AUDIT,
        note="" if _AUDIT else NOT_BUILT,
    ),
)
