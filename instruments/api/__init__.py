"""Room: instruments, api."""
