"""instruments, upkeep: views."""
