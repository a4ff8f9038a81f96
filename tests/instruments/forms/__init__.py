"""Forms of the instruments app."""
