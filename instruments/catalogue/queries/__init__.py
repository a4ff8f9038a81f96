"""instruments, catalogue: queries."""
