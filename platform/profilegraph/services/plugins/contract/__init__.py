"""Whether plugins keep the contract of the hooks: asked by partners' tests and the command line."""
