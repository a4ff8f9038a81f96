"""instruments, terms: queries."""
