"""Gather the texts to be translated, those of the pages' templates (Jinja2) too."""

from __future__ import annotations

from pathlib import Path

from django.core.management.commands import makemessages
from jinja2.ext import babel_extract

KEYWORDS = ("_", "gettext", "ngettext", "pgettext", "npgettext")
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true"}


class BuildFile(makemessages.BuildFile):
    """A file on its way to xgettext; a page becomes one call a text."""

    def preprocess(self) -> None:
        """Write the calls of a page's texts beside it."""
        if not self.is_templatized or "jinja2" not in Path(self.path).parts:
            super().preprocess()
            return
        with Path(self.path).open("rb") as page:
            calls = [
                f"{name}({', '.join(repr(text) for text in given if text is not None)})"
                for _line, name, texts, _comments in babel_extract(page, KEYWORDS, (), OPTIONS)
                for given in [texts if isinstance(texts, tuple) else (texts,)]
            ]
        Path(self.work_path).write_text("\n".join(calls), encoding="utf-8")


class Command(makemessages.Command):
    """Django's own command, taught the second language of templates."""

    build_file_class = BuildFile
