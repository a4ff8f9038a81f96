"""Room: instruments, views."""
