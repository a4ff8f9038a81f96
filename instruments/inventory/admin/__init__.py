"""instruments, inventory: admin."""
