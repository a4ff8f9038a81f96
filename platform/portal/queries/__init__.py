"""Room: what the portal reads from several apps."""
