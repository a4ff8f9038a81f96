"""instruments, waiting: queries."""
