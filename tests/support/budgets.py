"""How much property tests and tests under load do, by the profile of hypothesis that a run has."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

USUAL, THOROUGH = "usual", "thorough"


def register_profiles() -> None:
    """Register the profiles and load the usual one; `--hypothesis-profile thorough` asks for more."""
    # A busy machine makes any example slow, and random worlds are large: neither is a fault.
    settings.register_profile(USUAL, deadline=None, suppress_health_check=list(HealthCheck))
    settings.register_profile(THOROUGH, settings.get_profile(USUAL))
    settings.load_profile(USUAL)


def budget(usual: int, thorough: int) -> int:
    """Return how many examples to make, or requests: in every run of the tests, or in a long search."""
    return thorough if settings.get_current_profile_name() == THOROUGH else usual
