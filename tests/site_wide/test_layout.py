"""The layout of the tree: `platform/` stays a plain folder and nothing shadows our packages."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "platform"
PACKAGES = sorted(p.parent.name for p in PLATFORM.glob("*/__init__.py"))
APPS = ["members", "instruments", "evaluations"]
LIMIT = 400


OURS_ALONE = {".git", ".venv", "var", "build", "node_modules", "vendor", "__pycache__"}
"""Folders that no delivery holds; in a checkout git leaves them out by itself."""


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would add, by pattern; without git all files that are there."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    except (subprocess.CalledProcessError, FileNotFoundError):
        return walked(*patterns)
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def walked(*patterns: str) -> list[Path]:
    """Files below the root, by pattern: what an unpacked delivery holds."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in OURS_ALONE and not name.endswith("_cache")]
        found += [Path(folder, name) for name in names if not name.endswith((".mo", ".pyc"))]
    # A pattern without a folder matches at any depth, as git's do.
    return [
        path
        for path in found
        if not patterns or any(fnmatch(str(path.relative_to(ROOT)), pattern) for pattern in patterns)
    ]


def test_the_same_files_are_looked_at_without_git(monkeypatch):
    """In an unpacked delivery these tests judge the code, not the missing history."""

    def no_git(*_command, **_options):
        raise subprocess.CalledProcessError(128, "git")

    known = {path for path in tracked("*.py", "members/*.py", "*.html") if "vendor" not in path.parts}
    monkeypatch.setattr(subprocess, "run", no_git)
    assert known <= set(tracked("*.py", "members/*.py", "*.html"))
    assert {path.suffix for path in tracked("*.html")} == {".html"}


def test_platform_holds_no_python_file_of_its_own():
    """A package called `platform` would shadow the standard module."""
    assert list(PLATFORM.glob("*.py")) == []
    assert hasattr(platform, "python_version")
    assert Path(platform.__file__).parent == Path(subprocess.__file__).parent


def test_platform_says_which_rooms_lie_at_the_bottom_and_which_at_the_top():
    """The floors of its page are the layers that the imports are held to, without the three apps."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [set(layer.split(" | ")) - set(APPS) for layer in reversed(contracts[0]["layers"])]
    page = (PLATFORM / "README.md").read_text("utf-8")
    lines = re.findall(r"^\| (\d) \| `(\w+)` \| \S", page, re.MULTILINE)
    floors = [{room for number, room in lines if int(number) == floor} for floor in range(1, 7)]
    assert floors == [layer for layer in layers if layer]
    assert [number for number, _room in lines] == sorted(number for number, _room in lines)
    assert sorted(room for _number, room in lines) == PACKAGES


def test_what_an_addition_touches_is_there_and_not_too_much():
    """The lists of the architecture: each within its number, each path real, and no code names a sibling elsewhere."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8").split("## What an addition touches")[1]
    lists = re.findall(
        r"^\*\*(.+?): at most (\d+)\*\* \(as `(\w+)`\)\n\n((?:\d+\. .*\n?)+)", text, re.MULTILINE
    )
    assert {"A field of a booking", "A state of a booking"} <= {title for title, *_rest in lists}
    paths = {title: re.findall(r"^\d+\. `([^`]+)`", lines, re.MULTILINE) for title, *_rest, lines in lists}
    for title, most, _sibling, _lines in lists:
        assert 0 < len(paths[title]) <= int(most)
        assert [path for path in paths[title] if not (ROOT / path).exists()] == []
    naming = {
        str(path.relative_to(ROOT))
        for path in tracked("instruments/*.py", "evaluations/*.py", "members/*.py")
        if "migrations" not in path.parts and re.search(r"\bpurpose_kind\b", path.read_text("utf-8"))
    }
    sentences = {"instruments/terms/errors.py"}
    assert naming - sentences <= set(paths["A field of a booking"])


@pytest.mark.parametrize("name", PACKAGES + APPS)
def test_each_package_resolves_inside_the_repository(name):
    """A dependency that ships a package of the same name would win silently."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)


@pytest.mark.parametrize("name", PACKAGES + APPS)
def test_no_package_bears_the_name_of_a_standard_module(name):
    """`calendar`, `locale`, `site`, `code`, `types` and `test` are traps."""
    assert name not in sys.stdlib_module_names


def test_the_top_level_holds_only_what_is_agreed():
    """The client gave the top level; beside it stands only what tools demand."""
    allowed = {
        "manage.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "Makefile",
        "platform",
        "instruments",
        "members",
        "evaluations",
        "tests",
        "requirements",
        "docs",
        "deploy",
        ".ci",
        ".github",
        ".containerignore",
        ".dockerignore",
        ".gitignore",
        ".gitattributes",
    }
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= allowed


def test_no_file_grows_past_the_limit():
    """A file near 400 lines is split by noun, then by verb."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py", "*.html", "*.css", "*.js", "*.typ")
        if "migrations" not in path.parts and (lines := len(path.read_text("utf-8").splitlines())) > LIMIT
    }
    assert long == {}


def test_every_module_says_what_it_is():
    """Each module of the packages begins with a docstring."""
    silent = [
        str(path.relative_to(ROOT))
        for path in tracked("members/*.py", "instruments/*.py", "evaluations/*.py", "platform/*.py")
        if "migrations" not in path.parts
        and path.stat().st_size
        and not path.read_text("utf-8").startswith(('"""', 'r"""'))
    ]
    assert silent == []


def test_templates_hold_no_inline_script_or_style():
    """The content policy refuses them, so they would only look as if they worked."""
    offenders = []
    for path in tracked("*.html"):
        if "/admin/" in str(path):
            continue
        text = path.read_text("utf-8")
        if " style=" in text or "<style" in text or "onclick=" in text or "<script>" in text:
            offenders.append(str(path.relative_to(ROOT)))
    assert offenders == []
