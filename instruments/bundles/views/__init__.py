"""instruments, bundles: views."""
