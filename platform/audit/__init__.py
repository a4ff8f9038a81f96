"""Room of the history: append-only, hash-chained rows about every change and refusal."""
