"""The commands of operators: database, server, index, keys, settings, imports."""
