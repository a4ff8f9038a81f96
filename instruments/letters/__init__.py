"""instruments, letters: what is written and sent along to a booking."""
