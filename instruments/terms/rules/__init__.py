"""instruments, terms: rules."""
