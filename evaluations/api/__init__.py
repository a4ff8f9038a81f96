"""Room: evaluations, api."""
