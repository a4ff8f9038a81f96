"""evaluations, results: outcome, explanation, awards, seal, reports."""
