"""Room: instruments, forms."""
