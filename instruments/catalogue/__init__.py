"""instruments, catalogue: filters, facets, the finder, the page of an instrument."""
