"""instruments, inventory: forms."""
