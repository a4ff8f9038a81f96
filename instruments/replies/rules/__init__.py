"""instruments, replies: rules."""
