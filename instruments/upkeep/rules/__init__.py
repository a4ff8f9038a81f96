"""instruments, upkeep: rules."""
