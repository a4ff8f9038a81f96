"""instruments, inventory: api."""
