"""Room: instruments, reports."""
