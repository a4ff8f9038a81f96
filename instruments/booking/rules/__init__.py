"""instruments, booking: rules."""
