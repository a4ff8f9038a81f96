"""Rules room: free time as bits."""
