"""Made-up Chinese companies with people, events and tags: any number, the same for the same seed.

Nothing is kept in memory: a company depends on the seed and its number alone, so the first hundred
of a million are the hundred that a run of one hundred makes.
"""

from examples.b2b.companies import Company
from examples.b2b.world import World, companies, records, staff

__all__ = ["Company", "World", "companies", "records", "staff"]
