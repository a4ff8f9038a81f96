"""evaluations, rounds: the round itself: terms, state, who may see it."""
