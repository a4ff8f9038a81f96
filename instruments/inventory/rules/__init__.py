"""instruments, inventory: rules."""
