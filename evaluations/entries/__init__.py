"""evaluations, entries: values that units report, scores that people give."""
