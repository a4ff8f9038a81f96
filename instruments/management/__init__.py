"""Management commands of the instruments app."""
