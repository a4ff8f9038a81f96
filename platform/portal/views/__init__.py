"""Room: the portal's pages."""
