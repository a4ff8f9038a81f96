"""instruments, upkeep: queries."""
