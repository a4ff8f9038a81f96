"""Which instruments are free when: an index of bits that proposes; rules and the constraint decide."""
