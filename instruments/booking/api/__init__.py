"""instruments, booking: api."""
