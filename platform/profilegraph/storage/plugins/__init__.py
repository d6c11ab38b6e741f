"""Reads of tables for plugins, and writes of models' scores."""
