"""The fonts of rare characters are unpacked at set-up, each piece under a name of its own."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from reporting.glyphs import library

UNPACKER = Path(__file__).resolve().parents[2] / "platform" / "frontend" / "fonts.py"


@pytest.fixture
def fonts():
    """The set-up's module; it stands in no package."""
    spec = importlib.util.spec_from_file_location("fonts_of_the_setup", UNPACKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_piece(path: Path, family: str, codes: list[int], flavor: str | None = "woff2") -> None:
    """A font with a square for each code."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    names = [".notdef", *(f"u{code:X}" for code in codes)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(codes, names[1:], strict=True)))
    builder.setupGlyf({name: pen.glyph() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    names_by_kind = {"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "-")}
    builder.setupNameTable(names_by_kind)
    builder.setupOS2()
    builder.setupPost()
    builder.font.flavor = flavor
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)


def test_pieces_of_one_font_are_told_apart(fonts, tmp_path):
    """Two pieces that carry one family name become two families that typst reads; writing twice gives equal bytes."""
    begin = "modules/hanamin/HanaMinB.CJK-Unified-Ideographs-Extension-B"
    write_piece(tmp_path / f"{begin}-01.woff2", "HanaMinB", [0x20000, 0x20001])
    write_piece(tmp_path / f"{begin}-02.woff2", "HanaMinB", [0x20400])
    write_piece(tmp_path / "modules/hanamin/HanaMinA.CJK-Unified-Ideographs-01.woff2", "HanaMinA", [0x4E00])
    write_piece(tmp_path / "fonts/NotoSansSC.ttf", "Noto Sans SC", [0x4E00], flavor=None)
    sources = list(fonts.pieces(tmp_path / "modules"))
    assert [source.name[-10:] for source in sources] == ["B-01.woff2", "B-02.woff2"]
    for source in sources:
        fonts.unpack(source, tmp_path / "fonts")
    first = (tmp_path / "fonts" / "HanaMinB-20000.ttf").read_bytes()
    fonts.unpack(sources[0], tmp_path / "fonts")
    assert (tmp_path / "fonts" / "HanaMinB-20000.ttf").read_bytes() == first
    with TTFont(tmp_path / "fonts" / "HanaMinB-20400.ttf") as font:
        assert font["name"].getDebugName(1) == "HanaMinB 20400"
        assert sorted(font.getBestCmap()) == [0x20400]
    chosen = library(tmp_path / "fonts").choose(["一𠐀"])
    assert (chosen.families, chosen.missing) == (("Noto Sans SC", "HanaMinB 20400"), ())


def test_setup_stops_when_a_package_brings_no_font(fonts, tmp_path):
    """A package that changed its files is noticed at set-up, not by the reader of a report."""
    write_piece(
        tmp_path / "hanamin/HanaMinB.CJK-Unified-Ideographs-Extension-C-1.woff2", "HanaMinB", [0x2A700]
    )
    with pytest.raises(SystemExit, match="kaixinsong"):
        fonts.unpack_all(tmp_path, tmp_path / "fonts")
    assert not (tmp_path / "fonts").exists()
