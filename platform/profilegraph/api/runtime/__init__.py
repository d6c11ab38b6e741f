"""The GraphQL runtime: validation, limits, execution, ids, paging, and the current schema."""
