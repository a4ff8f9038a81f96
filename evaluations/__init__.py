"""Judge and award: schemes, rounds, snapshots, results, awards."""
