"""The Cypher of filters: one function per leaf."""
