"""Room: members, forms."""
