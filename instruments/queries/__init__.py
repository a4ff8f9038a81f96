"""Room: instruments, queries."""
