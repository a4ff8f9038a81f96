"""Rules room: questions of the region's research, the techniques that answer each, and what these cannot do."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from instruments.inventory.rules.class_codes import subtree_prefix

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Technique:
    """A way to an answer, in one language.

    An instrument serves if it is of one of the classes (or below) and its Chinese name holds one of the words, where
    there are any.
    """

    code: str
    name: str
    why: str
    cannot: str
    class_codes: tuple[str, ...]
    words: tuple[str, ...]

    def fits(self, class_code: str, name_zh: str) -> bool:
        """Say whether an instrument of this class and name works by this technique."""
        if not class_code.startswith(tuple(subtree_prefix(code) for code in self.class_codes)):
            return False
        return not self.words or any(word in name_zh for word in self.words)


@dataclass(frozen=True)
class Question:
    """A sample and what somebody wants to know of it, in one language; techniques in the order to think of them."""

    code: str
    sample: str
    question: str
    techniques: tuple[Technique, ...]


@dataclass(frozen=True)
class Spoken:
    """What a question is looked for by: what it asks, its own words, the names of its techniques; both languages."""

    code: str
    asked: str
    words: str
    techniques: str


def questions(language: str) -> Mapping[str, Question]:
    """Return the shipped questions by code, in the order of the files; Chinese for zh and its kinds, else English."""
    return _questions(0 if language.lower().startswith("zh") else 1)


@cache
def spoken() -> Sequence[Spoken]:
    """Return what each question is looked for by, in the order of `questions`."""
    techniques = _read("techniques.toml")
    return tuple(
        Spoken(
            code,
            f"{row['sample']} {row['question']}",
            row["words"],
            " ".join(f"{techniques[key]['name']} {techniques[key].get('words', '')}" for key in row["why"]),
        )
        for code, row in _rows().items()
    )


def techniques(language: str) -> Mapping[str, Technique]:
    """Return the techniques by code, each with its general limit and no reason of a question."""
    return _techniques(0 if language.lower().startswith("zh") else 1)


@cache
def _techniques(language: int) -> Mapping[str, Technique]:
    return {
        code: Technique(
            code=code,
            name=both(row["name"])[language],
            why="",
            cannot=both(row["cannot"])[language],
            class_codes=tuple(row["classes"].split()),
            words=tuple(row.get("instruments", "").split()),
        )
        for code, row in _read("techniques.toml").items()
    }


@cache
def _questions(language: int) -> Mapping[str, Question]:
    known = _techniques(language)

    def said(text: str) -> str:
        return both(text)[language]

    return {
        code: Question(
            code=code,
            sample=said(row["sample"]),
            question=said(row["question"]),
            techniques=tuple(
                replace(
                    known[key],
                    why=said(why),
                    cannot=said(row["cannot"][key]) if key in row.get("cannot", {}) else known[key].cannot,
                )
                for key, why in row["why"].items()
            ),
        )
        for code, row in _rows().items()
    }


def both(text: str) -> tuple[str, str]:
    """Part a text of the files into Chinese and English. Raises ValueError where it is not both."""
    chinese, bar, english = text.partition("|")
    if not (chinese and english and bar) or "|" in english:
        raise ValueError(f"Not a text in Chinese|English: {text!r}.")
    return chinese, english


def _rows() -> dict[str, Any]:
    """Read all questions. Raises ValueError for a limit of a technique that the question does not name."""
    rows: dict[str, Any] = {}
    for path in sorted((DATA / "questions").glob("*.toml")):
        for code, row in _read(f"questions/{path.name}").items():
            if code in rows or not row["why"] or not row["why"].keys() >= row.get("cannot", {}).keys():
                raise ValueError(
                    f"{path.name}: {code} is there twice, or its techniques and limits do not agree."
                )
            rows[code] = row
    return rows


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
