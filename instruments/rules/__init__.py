"""Room: instruments, rules."""
