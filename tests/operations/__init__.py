"""Tests of the operators' commands: doctor, back-up, restore, what a monitor asks."""
