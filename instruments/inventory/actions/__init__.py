"""instruments, inventory: actions."""
