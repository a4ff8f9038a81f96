"""instruments, upkeep: forms."""
