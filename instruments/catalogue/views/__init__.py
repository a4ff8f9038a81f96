"""instruments, catalogue: views."""
