"""instruments, booking: actions."""
