"""instruments, inventory: instruments, classes, fields, stewards, the search index."""
