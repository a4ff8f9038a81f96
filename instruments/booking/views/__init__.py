"""instruments, booking: views."""
