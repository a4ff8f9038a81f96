"""The folding room: one place that says which differences of typed text count."""
