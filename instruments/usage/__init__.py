"""instruments, usage: records, their import, totals, metrics, the usage report."""
