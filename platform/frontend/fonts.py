"""Unpacks the fonts of rare Han characters, which their packages bring in many small compressed files for browsers.

Typst reads plain TrueType alone and takes one file per family and weight. So each piece is unpacked and named after
what it begins with (`HanaMinB 20800`); a report then reads the few pieces it needs, not one font of 30 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fontTools.ttLib import TTFont

PIECES: dict[str, str] = {
    # Extensions B to F, and the compatibility forms.
    "hanamin": "HanaMin[AB].CJK-*Ideographs*.woff2",
    # What came into Unicode after 2017: Extension G, and the last places of the older blocks.
    "kaixinsong": "KaiXinSongB.CJK-Unified-Ideographs*.woff2",
}
LEFT_OUT = (
    "HanaMinA.CJK-Unified-Ideographs*",
    "KaiXinSongB.CJK-Unified-Ideographs-Extension-B-[0-3]*",
    "KaiXinSongB.CJK-Unified-Ideographs-Extension-B-4[01]*",
    "KaiXinSongB.CJK-Unified-Ideographs-Extension-[C-F]*",
)
"""Blocks another font of the chain has: Noto Sans SC the common characters, HanaMin the Extensions B to F."""
FULL_NAME, POSTSCRIPT_NAME = 4, 6


def pieces(modules: Path) -> Iterator[Path]:
    """The compressed files to unpack, in the order of their names."""
    for package, wanted in PIECES.items():
        for source in sorted((modules / package).glob(wanted)):
            if not any(source.match(unwanted) for unwanted in LEFT_OUT):
                yield source


def unpack(source: Path, folder: Path) -> None:
    """Write one compressed file as TrueType with a family name of its own; its glyphs stay as they are."""
    # Without the moment of writing every machine makes the same bytes, and so the same reports.
    with TTFont(source, recalcTimestamp=False) as font:
        first = min(font.getBestCmap())
        family = f"{source.name.split('.')[0]} {first:X}"
        font.flavor = None
        names = font["name"]
        names.names = [record for record in names.names if record.nameID in {0, 13, 14}]
        for number, text in {
            1: family, 2: "Regular", FULL_NAME: family, POSTSCRIPT_NAME: family.replace(" ", "-"),
        }.items():  # fmt: skip
            names.setName(text, number, 3, 1, 0x409)
        font.save(folder / f"{family.replace(' ', '-')}.ttf")


def unpack_all(modules: Path, folder: Path) -> int:
    """Unpack every piece on all cores and tell how many there were. Raises SystemExit when a package has none."""
    sources = list(pieces(modules))
    lacking = PIECES.keys() - {source.parent.name for source in sources}
    if lacking:
        raise SystemExit(f"No font was found in: {', '.join(sorted(lacking))}.")
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as workers:
        list(workers.map(unpack, sources, [folder] * len(sources)))
    return len(sources)
