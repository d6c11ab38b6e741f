"""Which evaluator answers a question, and how each is asked."""
