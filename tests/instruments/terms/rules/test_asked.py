"""Questions of a unit: written a line each, read, and answered or not."""

from __future__ import annotations

import pytest

from instruments.terms.rules.asked import (
    Question,
    answer_problems,
    answered,
    question_problems,
    questions_in,
)

TEXT = """
样品是否含放射性物质？ // Is the sample radioactive? | 是 / 否
样品数量 | 数字

备注（选填）
Any magnetism? (optional) | yes/no/yes
"""
ASKED = [
    Question("样品是否含放射性物质？", "Is the sample radioactive?", ("是", "否")),
    Question("样品数量", "样品数量", number=True),
    Question("备注", "备注", required=False),
    Question("Any magnetism?", "Any magnetism?", ("yes", "no"), required=False),
]


def test_lines_are_read_as_written():
    assert questions_in(TEXT) == ASKED
    assert questions_in("重量｜number") == [Question("重量", "重量", number=True)]
    assert question_problems(TEXT) == []
    assert question_problems("") == []
    assert ASKED[0].words("en-us") == "Is the sample radioactive?"
    assert ASKED[0].words("zh-hans") == "样品是否含放射性物质？"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("| 是 / 否", 1),  # no words
        ("x" * 151, 1),
        ("短 // " + "x" * 151, 1),
        ("颜色 | 红", 1),  # one answer is none
        ("颜色 | " + "/".join(f"c{n}" for n in range(13)), 1),
        ("颜色 | 红 / " + "x" * 151, 1),
        ("一\n一", 1),  # twice
        ("\n".join(f"q{n}" for n in range(9)), 1),
        ("一\0", 1),
        ("x" * 151 + "\n" + "| a / b", 2),
    ],
)
def test_what_is_wrong_is_said(text, count):
    assert len(question_problems(text)) == count


@pytest.mark.parametrize(
    ("answers", "open_questions"),
    [
        ({}, ["样品是否含放射性物质？", "样品数量"]),
        ({"样品是否含放射性物质？": "否", "样品数量": " 3 "}, []),
        ({"样品是否含放射性物质？": "也许", "样品数量": "drei"}, ["样品是否含放射性物质？", "样品数量"]),
        ({"样品是否含放射性物质？": "是", "样品数量": "NaN"}, ["样品数量"]),
        ({"样品是否含放射性物质？": "是", "样品数量": "1", "备注": "x" * 301}, ["备注"]),
        ({"样品是否含放射性物质？": "是", "样品数量": "1", "备注": "\0"}, ["备注"]),
        ({"样品是否含放射性物质？": "是", "样品数量": "1", "Any magnetism?": "no"}, []),
    ],
)
def test_each_open_question_is_named(answers, open_questions):
    problems = answer_problems(ASKED, answers)
    assert [one.required for one in problems] == open_questions
    assert {one.rule for one in problems} <= {"answer"}


def test_answers_are_kept_with_their_words():
    said = {"样品是否含放射性物质？": "否", "样品数量": " 3 ", "备注": "", "nobody asked": "x"}
    assert answered(ASKED, said) == [
        ["样品是否含放射性物质？", "Is the sample radioactive?", "否"],
        ["样品数量", "样品数量", "3"],
    ]
