"""Cuts Tabler's style sheet down to the rules whose classes this project names.

The whole sheet has a hundred rules for each one in use, and every first visit would fetch and read it. Every word of
templates, scripts and Python sources counts as named, so a class that is put together from parts is kept where the
parts' beginning ends in a hyphen (`"grade-" ~ code`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2
from icons import source_files

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
CLASS = re.compile(r"\.((?:\\.|[A-Za-z0-9_-])+)")
INSIDE = re.compile(r"\([^()]*\)")
NESTING = {"media", "supports", "layer", "container"}


class Words:
    """The words of the sources, and which classes they may name."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.whole = {word for text in texts for word in WORD.findall(text)}
        self.beginnings = tuple(word for word in self.whole if word.endswith("-") and len(word) > 2)

    def name(self, selector: str) -> bool:
        """Tell whether every class that an element must have for the selector is named; `:not(…)` demands none."""
        while (plain := INSIDE.sub("", selector)) != selector:
            selector = plain
        classes = (found.replace("\\", "") for found in CLASS.findall(selector))
        return all(one in self.whole or one.startswith(self.beginnings) for one in classes)


def cut(sheet: str, words: Words) -> str:
    """Give the sheet without the rules of classes that nothing names."""
    return "".join(_kept(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True), words))


def style_sheet(root: Path, whole: Path) -> str:
    """Cut the whole sheet for the sources of this project; its licence stays at the top."""
    texts = (path.read_text(encoding="utf-8") for path in source_files(root))
    sheet = whole.read_text(encoding="utf-8")
    licence = sheet[sheet.index("/*!") : sheet.index("*/") + 2]
    return f"{licence}\n{cut(sheet, Words(texts))}\n"


def _kept(nodes: Iterable[Any], words: Words) -> Iterator[str]:
    for node in nodes:
        if node.type == "qualified-rule":
            named = [selector for selector in _selectors(node.prelude) if words.name(selector)]
            if named:
                yield f"{','.join(named)}{{{tinycss2.serialize(node.content)}}}"
        elif node.type == "at-rule" and node.lower_at_keyword != "charset":
            head = f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}"
            if node.content is None:
                yield f"{head};"
            elif node.lower_at_keyword in NESTING:
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                if text := "".join(_kept(inner, words)):
                    yield f"{head}{{{text}}}"
            else:
                yield f"{head}{{{tinycss2.serialize(node.content)}}}"


def _selectors(prelude: Iterable[Any]) -> Iterator[str]:
    part: list[Any] = []
    for piece in prelude:
        if piece == ",":
            yield tinycss2.serialize(part).strip()
            part = []
        else:
            part.append(piece)
    yield tinycss2.serialize(part).strip()
