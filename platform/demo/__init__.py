"""Room of the invented network: fixed seed, never imported by others."""
