"""instruments, letters: queries."""
