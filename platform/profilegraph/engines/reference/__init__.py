"""The definition of the segment language: one customer's facts in, verdicts with evidence out."""
