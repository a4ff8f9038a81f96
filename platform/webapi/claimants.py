"""Which process holds a claim, and whether it still lives: a killed one must not keep its callers waiting."""

from __future__ import annotations

import functools
import os
from pathlib import Path

UNKNOWN = ""
PROC = Path("/proc")
START_TIME = 19
"""Where, after the name in brackets, the start time stands in /proc/PID/stat."""


def this_process() -> str:
    """Name this process so that no other one, here or later, bears the name; "" where the system cannot tell."""
    return _process_name(os.getpid())


def is_dead(name: str) -> bool:
    """Tell whether the process of that name is certainly gone; one of another machine is never certainly gone."""
    machine, _slash, rest = name.partition("/")
    number = rest.partition("/")[0]
    if name == UNKNOWN or machine != _machine() or not number.isdecimal():
        return False
    return _name_of(int(number)) != name


@functools.lru_cache(maxsize=4)
def _process_name(number: int) -> str:
    # A fork has another number and so another name.
    return _name_of(number)


def _name_of(number: int) -> str:
    machine = _machine()
    try:
        # The name of the program may hold blanks and brackets; what follows the last bracket does not.
        started = (PROC / str(number) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return UNKNOWN
    # A process that has ended and was not collected yet does nothing more.
    if not machine or len(started) <= START_TIME or started[0] in {"Z", "X"}:
        return UNKNOWN
    return f"{machine}/{number}/{started[START_TIME]}"


@functools.lru_cache(maxsize=1)
def _machine() -> str:
    """This start of this machine, and which view of its processes we have: a container counts on its own."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        view = os.readlink(PROC / "self/ns/pid").strip("pid:[]")
    except (OSError, UnicodeDecodeError):
        return UNKNOWN
    return f"{boot}-{view}"
