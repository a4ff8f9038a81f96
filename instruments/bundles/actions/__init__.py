"""instruments, bundles: actions."""
