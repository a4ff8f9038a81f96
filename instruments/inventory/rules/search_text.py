"""Rules room: the text in which a search looks, laid out so that its place in the text says how well it fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from folding.readings import readings
from folding.words import is_han, joined_words, query_as_name, words_of

NAME_END, HEAD_END = "\n", "\n\n"
NAME_MARK = "|"


@dataclass(frozen=True)
class Found:
    """What an instrument is found by: each group ranks before the next."""

    code: str
    names: tuple[str, ...]
    goes_by: tuple[str, ...]
    classes: tuple[str, ...]
    owner_names: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def called(self) -> tuple[str, ...]:
        """What the instrument itself is called, in any way."""
        return (self.code, *self.names, *self.goes_by, *self.classes)

    @property
    def sections(self) -> Iterator[str]:
        """Every text, and its words that may be written as one."""
        for text in self.called:
            yield text
            yield from joined_words(text, blanks_too=True)
        for text in (*self.owner_names, *self.told):
            yield text
            yield from joined_words(text)

    @property
    def readings(self) -> Iterator[str]:
        """The pinyin of its names, its classes and its unit."""
        for text in (*self.called, *self.owner_names):
            yield from readings(text)


def search_text(found: Found) -> str:
    """Return the names; what it goes by, each whole between marks; the rest of what it is called; then all else.

    Every word has a blank before it, so that the beginning of a word can be looked for. The first line is the names,
    what stands before the first empty line is what the instrument is called.
    """
    wholes = dict.fromkeys(
        name for text in (*found.names, *found.goes_by) for name in query_as_name(text) if name
    )
    head = [*found.called, *_joined(found.called, blanks_too=True)]
    tail = [*found.owner_names, *found.told, *_joined((*found.owner_names, *found.told), blanks_too=False)]
    return "".join(
        [
            _line(map(words_of, found.names)),
            NAME_END,
            NAME_MARK + NAME_MARK.join(wholes) + NAME_MARK,
            _line(map(words_of, head)),
            _line(_sounds(found.called)),
            HEAD_END,
            _line(map(words_of, tail)),
            _line(_sounds(found.owner_names)),
            "\n",
        ]
    )


def as_looked_for(spelling: str) -> str:
    """Return a spelling as it stands in the text: from the beginning of a word, where it is not Chinese."""
    return spelling if is_han(spelling) else f" {spelling}"


def as_whole_name(name: str) -> str:
    """Return a name as it stands whole in the text."""
    return f"{NAME_MARK}{name}{NAME_MARK}"


def _joined(texts: Iterable[str], *, blanks_too: bool) -> list[str]:
    return [word for text in texts for word in joined_words(text, blanks_too=blanks_too)]


def _sounds(texts: Iterable[str]) -> list[str]:
    return [reading for text in texts for reading in readings(text)]


def _line(parts: Iterable[str]) -> str:
    return "".join(f" {part};" for part in dict.fromkeys(parts) if part)
