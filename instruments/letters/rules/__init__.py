"""instruments, letters: rules."""
