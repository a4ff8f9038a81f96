"""Room: evaluations, scoring."""
