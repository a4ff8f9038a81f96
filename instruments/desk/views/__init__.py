"""instruments, desk: views."""
