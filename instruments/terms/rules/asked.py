"""Rules room: what a unit asks whoever books (预约问卷), and whether it was answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from changes.errors import Sentence, filled
from instruments.terms.errors import TERMS, BrokenRule, problem

MOST_QUESTIONS, MOST_OPTIONS, LONGEST, LONGEST_ANSWER = 8, 12, 150, 300
NUMBERS = frozenset({"number", "数字", "数值"})
_MAY_BE_LEFT = re.compile(r"\s*[(（](optional|选填)[)）]\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One question: its words in Chinese and English, the answers offered (none: free words), whether it must be
    answered; `number` asks for one."""

    zh: str
    en: str
    options: tuple[str, ...] = ()
    number: bool = False
    required: bool = True

    def words(self, language: str) -> str:
        """Return the question as a reader of that language sees it."""
        return self.en if language.startswith("en") else self.zh

    def takes(self, answer: str) -> bool:
        """Tell whether that answers it; nothing answers what may be left open."""
        if not answer:
            return not self.required
        if self.options:
            return answer in self.options
        return (
            len(answer) <= LONGEST_ANSWER and "\0" not in answer and (not self.number or _is_number(answer))
        )


def questions_in(text: str) -> list[Question]:
    """Read the questions of a unit, one a line: `words // English words | answer / answer` or `| number`.

    Behind the words stands (选填) or (optional) where it may be left open.
    """
    return [_question(line) for line in text.splitlines() if line.strip()]


def question_problems(text: str) -> list[Sentence]:
    """Return what is wrong with the questions of a unit: too many, one without words, too long, or asked twice."""
    rows = questions_in(text)
    problems: list[Sentence] = [
        filled(TERMS["question"], {"line": number, "longest": LONGEST, "most": MOST_OPTIONS})
        for number, row in enumerate(rows, 1)
        if not (row.zh and max(len(row.zh), len(row.en)) <= LONGEST)
        or len(row.options) == 1
        or len(row.options) > MOST_OPTIONS
        or any(len(option) > LONGEST for option in row.options)
    ]
    if len(rows) > MOST_QUESTIONS or len({row.zh for row in rows}) < len(rows) or "\0" in text:
        problems.append(filled(TERMS["questions"], {"most": MOST_QUESTIONS}))
    return problems


def answer_problems(questions: Sequence[Question], answers: Mapping[str, str]) -> list[BrokenRule]:
    """Return a broken rule for each question that the answers, by its Chinese words, leave open or answer wrongly."""
    return [
        problem("answer", required=question.zh)
        for question in questions
        if not question.takes(answers.get(question.zh, "").strip())
    ]


def answered(questions: Iterable[Question], answers: Mapping[str, str]) -> list[list[str]]:
    """Return what is kept of the answers: the words of the question in Chinese and English, and what was said."""
    said = ((question, answers.get(question.zh, "").strip()) for question in questions)
    return [[question.zh, question.en, answer] for question, answer in said if answer]


def _question(line: str) -> Question:
    words, _bar, offered = line.replace("｜", "|").partition("|")
    zh, _slashes, en = words.partition("//")
    required = not (_MAY_BE_LEFT.search(zh) or _MAY_BE_LEFT.search(en))
    zh, en = (_MAY_BE_LEFT.sub(" ", one).strip() for one in (zh, en))
    options = tuple(dict.fromkeys(one.strip() for one in re.split(r"[/／]", offered) if one.strip()))
    if len(options) == 1 and options[0].lower() in NUMBERS:
        return Question(zh, en or zh, number=True, required=required)
    return Question(zh, en or zh, options, required=required)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
