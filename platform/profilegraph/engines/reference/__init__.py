"""The definition of the segment language: from one customer's facts to verdicts with evidence."""
