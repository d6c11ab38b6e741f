"""The GraphQL schema: a resolver parses, calls a service, wraps."""
