"""Resources of the public contract that belong to no single app."""
