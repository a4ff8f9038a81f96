"""Of Tabler's sheet only what the project names is given out."""

from __future__ import annotations

import re
import sys

import pytest

from tests.site_wide.test_layout import PLATFORM, ROOT

sys.path.append(str(PLATFORM / "frontend"))

import tabler
from icons import source_files

SOURCES = ['<p class="btn btn-quiet grade-{{ grade }}">', 'widget.attrs["class"] = "form-control"']


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (".btn{a:b}", ".btn{a:b}"),
        (".btn.btn-huge{a:b}", ""),
        (".btn-huge,.btn:hover,p>.form-control{a:b}", ".btn:hover,p>.form-control{a:b}"),
        (".btn:not(.btn-huge):is(.a,.b){a:b}", ".btn:not(.btn-huge):is(.a,.b){a:b}"),
        (".btn-huge:not(:has(.btn)){a:b}", ""),
        (".grade-excellent{a:b}.grad{a:b}", ".grade-excellent{a:b}"),
        (r".w-1\/2{a:b}", ""),
        ("body,[data-theme=dark] h1{a:b}", "body,[data-theme=dark] h1{a:b}"),
        ("@media print{.btn-huge{a:b}.btn{a:b}}", "@media print{.btn{a:b}}"),
        ("@media print{@supports (a:b){.btn-huge{a:b}}}", ""),
        ("@keyframes turn{to{rotate:1turn}}", "@keyframes turn{to{rotate:1turn}}"),
        ('@charset "UTF-8";:root{--a:"}"}', ':root{--a:"}"}'),
    ],
)
def test_rules_are_kept_by_the_classes_they_demand(rule, kept):
    """A selector goes with a class that nothing names; a rule goes with its last selector."""
    assert tabler.cut(rule, tabler.Words(SOURCES)) == kept


def test_every_named_class_of_the_whole_sheet_is_given_out():
    """What a page can name looks as Tabler draws it, for a sixth of the bytes or less; its licence stays."""
    given = (PLATFORM / "static" / "vendor" / "tabler" / "tabler.min.css").read_text("utf-8")
    whole = (PLATFORM / "static" / "vendor" / ".tabler" / "tabler.min.css").read_text("utf-8")
    words = tabler.Words(path.read_text("utf-8") for path in source_files(ROOT))
    found = set(re.findall(r"\.(btn[\w-]*|form-[\w-]*|table[\w-]*|card[\w-]*)", whole))
    assert {name for name in found & words.whole if f".{name}" not in given} == set()
    assert {"btn", "form-control", "table"} < found & words.whole
    assert len(given) * 6 < len(whole)
    assert "Licensed under MIT" in given[:400]
