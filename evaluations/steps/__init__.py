"""evaluations, steps: the walk of a round: blockers, publicity, corrections, the simulator."""
