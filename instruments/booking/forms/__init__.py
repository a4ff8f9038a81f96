"""instruments, booking: forms."""
