"""instruments, waiting: rules."""
