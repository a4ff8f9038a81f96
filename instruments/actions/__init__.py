"""Room: instruments, actions."""
