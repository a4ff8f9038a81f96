"""The style sheets are one system: few sizes, few widths, no selector without a use, and no more lines than today."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest

from tests.site_wide.test_layout import PLATFORM, ROOT, tracked

sys.path.append(str(PLATFORM / "frontend"))

import styles

SHEETS = sorted((PLATFORM / "frontend" / "styles").rglob("*.css"))
SIZES = 7
WIDTHS = {"559.98px", "767.98px", "1023.98px", "1179.98px"}
LINES = 6510
SOURCES = ("*.html", "platform/static/js/*.js", "*.py")
ELSEWHERE = ("tests/", "platform/frontend/", "platform/locale/")
FROM_LIBRARIES = {"htmx-request"}
"""Set by htmx while it waits."""
FROM_DATA = (
    "at-[a-z_]+",  # the name of a field of the booking form
    r"g\d",  # how manieth of the first-level scores
    r"n\d+",  # how many quarters of an hour
    "(grade|k|kind|say|shade|state)-[a-z_0-9]+",
    r"(hours|level|on|rows)-\d+",
)
"""What a template writes before a value to make a class, as `k-{{ kind }}`."""
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def text(path) -> str:
    """A sheet without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def selectors(css: str) -> Iterator[str]:
    """Give what stands before each block, without the conditions of blocks of blocks."""
    for found in re.findall(r"([^{};]+)\{", css):
        if not found.strip().startswith("@"):
            yield found


def classes(css: str) -> set[str]:
    """Every class that a sheet names."""
    return {name for found in selectors(css) for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", found)}


def words() -> set[str]:
    """Every word of templates, scripts and Python that can be the name of a class."""
    found: set[str] = set()
    for path in tracked(*SOURCES):
        if not str(path.relative_to(ROOT)).startswith(ELSEWHERE):
            found.update(re.findall(r"[A-Za-z_][\w-]*", path.read_text(encoding="utf-8")))
    return found


def unnamed(names: set[str], known: set[str]) -> set[str]:
    """The classes among `names` that nobody writes, neither whole nor with a value behind their beginning."""
    return {
        name
        for name in names - known - FROM_LIBRARIES
        if name.removeprefix("ti-") not in known and not any(re.fullmatch(form, name) for form in FROM_DATA)
    }


def test_type_has_seven_sizes():
    """Sizes are custom properties; a sheet may take one, or a share of what surrounds it."""
    tokens = text(PLATFORM / "frontend" / "styles" / "tokens" / "01-colours-and-sizes.css")
    assert set(re.findall(r"--text-\w+(?=:)", tokens)) == {f"--text-{n}" for n in range(1, SIZES + 1)}
    wrong = {
        (path.name, size)
        for path in SHEETS
        for size in re.findall(r"font-size:\s*([^;]+);", text(path))
        if not re.fullmatch(rf"var\(--text-[1-{SIZES}]\)", size)
    }
    assert wrong == set()


def test_pages_change_at_four_widths():
    """Each condition on the window's width is one of four, written as the greatest width it holds for."""
    conditions = [
        found for path in SHEETS for found in re.findall(r"@media[^{]*width[^{]*", text(path), re.DOTALL)
    ]
    assert {found.strip() for found in conditions} == {f"@media (max-width: {width})" for width in WIDTHS}


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_class_is_written_by_somebody(path, known):
    """No selector names a class that no template, script or Python writes."""
    assert unnamed(classes(text(path)), known) == set()


def test_a_class_nobody_writes_is_found(known):
    """The test above sees a class without a use, whole or with a value behind it."""
    assert unnamed(classes(".panel .no-such-thing-is-drawn, .k-free:hover {color: red}"), known) == {
        "no-such-thing-is-drawn"
    }


def test_places_in_grids_are_known_too(known):
    """The generated sheet counts as ours: its classes are letters and numbers that Python writes."""
    assert {name.rstrip("0123456789") for name in classes(styles.sheets()["grid"])} >= {
        "s",
        "e",
        "w",
        "lane-",
    }


def test_every_distance_is_of_the_scale():
    """Margins, paddings and gaps from 4 pixels up are taken from the scale; finer ones and negative ones are drawn."""
    wrong = [
        (path.name, line.strip())
        for path in SHEETS
        for line in text(path).splitlines()
        if re.match(r"\s+(margin|padding|gap|row-gap)[a-z-]*:", line)
        and any(int(n) in STEPS for n in re.findall(r"(?<![\w.-])(\d+)px", line.split("calc")[0]))
    ]
    assert wrong == []


STEPS = {4, 8, 12, 16, 20, 24, 32, 40, 56, 96}


def test_the_sheets_do_not_grow():
    """One declaration a line, and fewer lines than this; what is new finds its place in what is there."""
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in SHEETS) <= LINES
    crowded = [
        (path.name, line)
        for path in SHEETS
        for line in text(path).splitlines()
        if len(re.findall(r";(?=\s|$)", re.sub(r'"[^"]*"', "", line))) > 1 or len(line) > 320
    ]
    assert crowded == []


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The words of all sources, read once."""
    return words()
