"""instruments, usage: rules."""
