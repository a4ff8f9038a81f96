"""instruments, usage: actions."""
