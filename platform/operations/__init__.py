"""Room of the operators: the doctor, back-up and restore, and what a monitor asks."""
