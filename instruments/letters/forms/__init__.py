"""instruments, letters: forms."""
