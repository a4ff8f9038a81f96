"""instruments, bundles: rules."""
