"""instruments, usage: views."""
