"""Room: evaluations, rules."""
