"""instruments, calendars: rules."""
