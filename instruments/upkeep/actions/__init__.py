"""instruments, upkeep: actions."""
