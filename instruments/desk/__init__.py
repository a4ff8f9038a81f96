"""instruments, desk: a steward's day."""
