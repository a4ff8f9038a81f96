"""instruments, waiting: forms."""
