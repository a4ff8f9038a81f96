"""instruments, bundles: forms."""
