"""instruments, opendata: rules."""
