"""instruments, inventory: views."""
