"""Makes the icon style sheet: `<i class="ti ti-search">` drawn from the icons this project really names.

The whole icon font would cost every reader close to a megabyte; the few hundred icons in use cost some
kilobytes. Every name found in templates, scripts and Python sources that is an icon's name is taken; a word
that only happens to be one does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

SOURCES = (
    "platform/frame",
    "platform/templates",
    "platform/static",
    "platform/display",
    "platform/portal",
    "platform/notices",
    "platform/reporting",
    "platform/audit",
    "platform/background",
    "platform/webapi",
    "platform/config",
    "members",
    "instruments",
    "evaluations",
)
SUFFIXES = {".html", ".py", ".js", ".css"}
NAME = re.compile(r"ti-([a-z0-9-]+)|[\"']([a-z][a-z0-9-]*)[\"']")
SYMBOL = re.compile(r'<symbol id="tabler-(filled-)?([a-z0-9-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
BLANK = re.compile(r'<path stroke="none" d="M0 0h24v24H0z"[^>]*/>\s*')
OUTLINE = "fill='none' stroke='#000' stroke-width='1.75' stroke-linecap='round' stroke-linejoin='round'"
URL_SAFE = " =:/'().,-"
HEAD = """\
.ti{display:inline-block;width:1em;height:1em;vertical-align:-.125em;flex:none;background:currentColor;
mask:var(--ti,linear-gradient(transparent,transparent)) center/100% 100% no-repeat;
print-color-adjust:exact}
@media(forced-colors:active){.ti{background:CanvasText;forced-color-adjust:none}}
"""


def source_files(root: Path) -> Iterator[Path]:
    """Give every source file in which an icon may be named, in a fixed order."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and "vendor" not in path.parts:
                yield path


def named_icons(root: Path) -> set[str]:
    """Give every word in the sources that may be the name of an icon."""
    words: set[str] = set()
    for path in source_files(root):
        for dotted, quoted in NAME.findall(path.read_text(encoding="utf-8")):
            words.add(dotted or quoted)
    return words


def drawings(sprite: str) -> dict[str, str]:
    """Read a sprite file into icon name -> inner drawing; filled icons end in "-filled"."""
    return {
        f"{name}-filled" if filled else name: BLANK.sub("", inner)
        .replace('"', "'")
        .replace(" />", "/>")
        .strip()
        for filled, name, inner in SYMBOL.findall(sprite)
    }


def style_sheet(root: Path, sprites: list[Path]) -> tuple[str, int]:
    """Write the style sheet for the icons in use; give it with their number."""
    known: dict[str, str] = {}
    for path in sprites:
        known.update(drawings(path.read_text(encoding="utf-8")))
    used = sorted(named_icons(root) & known.keys())
    rules = [HEAD]
    for name in used:
        paint = "fill='#000'" if name.endswith("-filled") else OUTLINE
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' {paint}>{known[name]}</svg>"
        rules.append(f'.ti-{name}{{--ti:url("data:image/svg+xml,{quote(svg, safe=URL_SAFE)}")}}\n')
    return "".join(rules), len(used)
