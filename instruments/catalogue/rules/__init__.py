"""instruments, catalogue: rules."""
