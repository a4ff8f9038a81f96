"""Invented people and organisations: names drawn from lists, never taken from anybody."""

from __future__ import annotations

from random import Random

from demo.plan import read

PARTS = read("names.toml")


def person_name(rng: Random) -> str:
    """Draw one name; about three in ten are Mongolian names written in Chinese."""
    if rng.random() < 0.3:
        first: str = rng.choice(PARTS["mongolian"])
        longer = len(first) == 2 and rng.random() < 0.55
        return first + rng.choice(PARTS["mongolian_tails"]) if longer else first
    middle = rng.choice(PARTS["given_first"]) if rng.random() < 0.75 else ""
    return f"{rng.choice(PARTS['families'])}{middle}{rng.choice(PARTS['given_last'])}"


def phone(rng: Random) -> str:
    """Draw a number; all lie in one block, so that they are easily known as invented."""
    return f"1990000{rng.randrange(10_000):04d}"
