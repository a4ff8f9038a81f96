"""instruments, booking: queries."""
