"""instruments, waiting: actions."""
