"""Where the sources say what: every marked text without context, with the room it stands in and the part it plays."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDERS = ("members", "instruments", "evaluations", "platform")
FRAMEWORK_WORDS = ("platform/config/theme_words.py", "platform/config/framework_words.py")
"""The files that list what others say: their msgids have no context, because those who look them up give none."""
MARKED = re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)')(?! context)|_\("([^"]+)"\)""")
BUTTON = re.compile(r"<(?:button|summary)\b[^>]*>|<a\b[^>]*\bclass=\"btn[^>]*>")
HEADING = re.compile(r"<(?:th|dt|h[1-4]|legend|label|caption)\b[^>]*>|(?:aria-label|data-label)=[\"']")


@dataclass(frozen=True, order=True)
class Use:
    """A text, the room (first two folders) and its part there.

    A part is moment, column, label, choice, button, heading, verb or text.
    """

    text: str
    room: str
    part: str


def uses() -> set[Use]:
    """Every text that the sources mark for translation without a context."""
    found: set[Use] = set()
    for folder in FOLDERS:
        for path in (settings.ROOT / folder).rglob("*.*"):
            if {"vendor", "node_modules", "migrations", "locale"} & set(path.parts):
                continue
            name = path.relative_to(settings.ROOT).as_posix()
            room = "/".join(name.split("/")[:2])
            if path.suffix == ".py" and name not in FRAMEWORK_WORDS:
                found |= {Use(text, room, part) for text, part in _in_python(path)}
            elif path.suffix == ".html":
                found |= {Use(text, room, part) for text, part in _in_template(path)}
    return found


def framework_words() -> set[str]:
    """The msgids of others that our catalogue translates."""
    return {text for name in FRAMEWORK_WORDS for text, _part in _in_python(settings.ROOT / name)}


def _in_python(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext_lazy", "ngettext"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.args[0].value, _part(node, parents, path)


def _part(node: ast.AST, parents: dict[ast.AST, ast.AST], path: Path) -> str:
    if path.name in {"vocabulary.py", "history_words.py"}:
        return "verb"
    while (above := parents.get(node)) is not None:
        if isinstance(above, ast.keyword) and above.arg == "label":
            return "label"
        if isinstance(above, ast.Call):
            called = ast.unparse(above.func)
            if called.startswith("models.Date"):
                return "moment"
            if called.startswith("models.") or called in {"Column", "Figure"}:
                return "column"
        if isinstance(above, ast.ClassDef):
            return "choice" if any("Choices" in ast.unparse(base) for base in above.bases) else "text"
        node = above
    return "text"


def _in_template(path: Path) -> Iterator[tuple[str, str]]:
    source = path.read_text(encoding="utf-8")
    for match in MARKED.finditer(source):
        before = source[max(0, match.start() - 300) : match.start()]
        closed = max(before.rfind("</"), before.rfind("%}</"))
        opened = before[closed + 2 :] if closed >= 0 else before
        text = match[1] or match[2] or match[3]
        if BUTTON.search(opened):
            yield text, "button"
        elif HEADING.search(opened[-120:]):
            yield text, "heading"
        else:
            yield text, "text"
