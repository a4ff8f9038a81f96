"""instruments, letters: views."""
