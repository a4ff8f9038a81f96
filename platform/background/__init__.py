"""Room of background work: heartbeats of worker and schedule, and the one command that serves all."""
