"""instruments, letters: actions."""
