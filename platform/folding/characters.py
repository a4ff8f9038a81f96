"""Text as people type and paste it: what nobody can see goes, what can be seen stays, told by purpose.

Width is folded where codes, numbers, times and searches are read, and nowhere else: a full-width bracket in a
Chinese name is right as it stands. Superscripts, circled digits and ligatures are never taken apart in what is
stored: m² is not m2. Only searches read them as their plain letters.
"""

from __future__ import annotations

import re
import unicodedata

_WIDE = {at: at - 0xFEE0 for at in range(0xFF01, 0xFF5F)} | {0xFFE5: 0xA5, 0xFF61: 0x2E, 0x3002: 0x2E}
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63), 0x2D)
_AS_CODE = _WIDE | _DASHES
_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_MANY_BLANKS = re.compile(r" {2,}")
_QUOTES = "\"'`´“”„‟‘’‚‛«»‹›「」『』﹁﹂﹃﹄〝〞〟"
_BRACKETS = "《》〈〉【】〖〗〔〕"
# Seen as nothing, yet of no format category: fillers, joiners of graphemes, variation selectors, tags.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\ufe00-\ufe0f\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_BLANK = frozenset("\u2800\u3164\uffa0\t")
_HAN = re.compile("[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Mongolian script needs these to be written right: selectors of forms, vowel separator, narrow blank, joiners.
_MONGOLIAN = re.compile("[\u1807\u1820-\u18aa]")
_OF_MONGOLIAN = frozenset("\u180b\u180c\u180d\u180e\u180f\u200c\u200d\u202f")


class ForeignDigits(ValueError):
    """A number, time or code is written with digits other than 0 to 9."""


def code(text: str) -> str:
    """Fold a code, a record number or an address: the same to the eye is the same code; case stays.

    Widths, dashes and the quotation marks around it are folded, blanks inside are one, blanks outside none.
    Raises ForeignDigits.
    """
    seen = "".join(mark for mark in _visible(text) if mark not in _OF_MONGOLIAN or mark == "\u202f")
    plain = digits(seen.translate(_AS_CODE).replace("\u202f", " "))
    return unicodedata.normalize("NFC", _one_line(plain).strip(_QUOTES + _BRACKETS + " "))


def line(text: str) -> str:
    """Fold a name or another text of one line: drops what cannot be seen, keeps what can; line ends are blanks."""
    return unicodedata.normalize("NFC", _one_line(_visible(text)))


def paragraph(text: str) -> str:
    """Fold a text of several lines: as `line`, but its lines and the blanks inside them stay; ends are bare."""
    rows = [row.rstrip(" ") for row in _visible(text).split("\n")]
    return unicodedata.normalize("NFC", "\n".join(rows).strip("\n "))


def bare(word: str) -> str:
    """Return a word without the quotation marks, brackets and stops around it."""
    return word.strip(_QUOTES + _BRACKETS + "，。、；：,;!！?？")


def digits(text: str) -> str:
    """Turn full-width digits into 0 to 9. Raises ForeignDigits for any other digit."""
    if text.isascii():
        return text
    folded = "".join(chr(ord(mark) - 0xFEE0) if "\uff10" <= mark <= "\uff19" else mark for mark in text)
    if any(not mark.isascii() and mark.isdecimal() for mark in folded):
        raise ForeignDigits(text)
    return folded


def plain(text: str) -> str:
    """Fold a whole text for comparing and searching: NFKC, no case, nothing unseen, one blank for many."""
    return _one_line(unicodedata.normalize("NFKC", _visible(text)).casefold())


def _one_line(text: str) -> str:
    return _MANY_BLANKS.sub(" ", text.replace("\n", " ").replace("\u3000", " ")).strip(" ")


def _visible(text: str) -> str:
    """Drop what cannot be seen, make every blank the plain one and every line end a line feed.

    A null character stays, for whoever stores the text refuses it by name.
    """
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    last = ""
    for mark in text:
        if mark in _OF_MONGOLIAN:
            if last and (last in _OF_MONGOLIAN or _MONGOLIAN.match(last)):
                kept.append(mark)
            elif mark == "\u202f":
                kept.append(" ")
            else:
                continue
        elif mark in _BLANK or (mark != " " and unicodedata.category(mark) == "Zs"):
            kept.append(" ")
        elif "\U000e0100" <= mark <= "\U000e01ef":
            # The chosen form of a Han character can be seen.
            if not (last and _HAN.match(last)):
                continue
            kept.append(mark)
        elif mark in "\n\0" or not _is_unseen(mark):
            kept.append(mark)
        else:
            continue
        last = kept[-1]
    return "".join(kept)


def _is_unseen(mark: str) -> bool:
    return unicodedata.category(mark) in {"Cc", "Cf"} or _UNSEEN.match(mark) is not None
