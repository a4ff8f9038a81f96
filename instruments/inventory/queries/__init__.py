"""instruments, inventory: queries."""
