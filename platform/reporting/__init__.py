"""Room of report machinery: runs, registry, documents, one renderer per format. Knows no report by name."""
