"""The index: the graph as columns and bitmaps in memory, and the evaluator that works on them."""
