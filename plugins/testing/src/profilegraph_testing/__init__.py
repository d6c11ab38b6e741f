"""What tests of plugins need: fixtures, a small graph, and the contract as a class to derive from.

Nothing is imported here: pytest loads the fixtures in every run, also of those who do not use them.
"""
