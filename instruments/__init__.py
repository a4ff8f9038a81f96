"""What, when, how much: classes, fields, instruments, policies, bookings, usage, prices."""
