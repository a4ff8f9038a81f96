"""Tests of what every resource of the contract shares."""
