"""instruments, waiting: views."""
