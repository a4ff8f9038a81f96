"""instruments, bundles: queries."""
