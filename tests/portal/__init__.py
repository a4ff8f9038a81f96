"""Tests of the portal: home, units, a person's page, tokens, health."""
