"""instruments, usage: forms."""
