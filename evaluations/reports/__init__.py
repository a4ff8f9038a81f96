"""Room: evaluations, reports."""
