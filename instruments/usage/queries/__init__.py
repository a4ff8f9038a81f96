"""instruments, usage: queries."""
