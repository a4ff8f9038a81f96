"""What is wrong in a form is said in our own words: none of the frameworks' sentences reaches a reader."""

from __future__ import annotations

import gettext
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allauth
import django
import pytest
import rest_framework
from django import forms
from django.contrib.auth import password_validation
from django.core.cache import cache
from django.utils import translation

from tests.site_wide import permission_rows
from tests.site_wide.permission_targets import target
from tests.site_wide.sentences import framework_words
from tests.site_wide.test_permission_table import rows
from tests.site_wide.world import ROLES, World, making_world

pytestmark = pytest.mark.django_db

CATALOGUES = [
    Path(django.__file__).parent / "conf/locale/zh_Hans",
    Path(django.__file__).parent / "contrib/auth/locale/zh_Hans",
    Path(allauth.__file__).parent / "locale/zh_Hans",
    Path(rest_framework.__file__).parent / "locale/zh_Hans",
]
HOLE = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
WRONG = ("", "错" * 6000, "-1", "99999999999999999999", "9.99999999", "2026-13-45", "坏\0值")
FORMLESS = ("account_signup", "instruments:book#not_shared", "evaluations:give_instruments")
"""Answers that look at no form."""
POSTS = [
    row
    for row in rows(permission_rows.PAGES)
    if row.method == "POST" and {"422", "200"} & set(row.expected) and row.label not in FORMLESS
]


class WrongEverywhere(dict[str, Any]):
    """Sent data that has the same wrong value under every name."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def get(self, key: str, default: Any = None) -> Any:
        """The wrong value, whatever the key."""
        return self.value

    def getlist(self, key: str) -> list[str]:
        """The wrong value alone."""
        return [self.value]

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> str:
        return self.value


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The world of the permission table."""
    yield from making_world(django_db_blocker)


@pytest.fixture(scope="module")
def theirs() -> re.Pattern[str]:
    """Every Chinese sentence of the frameworks that we do not say the same way."""
    found = set()
    with translation.override("zh-hans"):
        for folder in CATALOGUES:
            with (folder / "LC_MESSAGES/django.mo").open("rb") as source:
                catalogue = gettext.GNUTranslations(source)
            for msgid, said in catalogue._catalog.items():  # type: ignore[attr-defined]
                words = said.strip("。. ")
                if isinstance(msgid, str) and len(HOLE.sub("", words)) >= 6:
                    ours = translation.gettext(msgid)
                    if ours.strip("。. ") != words and msgid in framework_words():
                        found.add(words)
            found |= {
                said.strip("。. ")
                for msgid, said in catalogue._catalog.items()  # type: ignore[attr-defined]
                if re.match(r"确保|确认|输入一|请输入一|选择一个有效|您输入|您提供|你的密码", said)
                and len(said) >= 6
            }
    assert len(found) > 40
    return re.compile("|".join(".{1,80}?".join(map(re.escape, HOLE.split(one))) for one in sorted(found)))


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.label)
def test_wrong_values_are_answered_in_our_words(world, theirs, monkeypatch, row):
    """Each form of the site gets wrong values in every field, with each kind of wrongness."""
    address, body = target(world, row.label)
    role = next(name for name, status in zip(ROLES, row.expected, strict=True) if status in {"422", "200"})
    for value in WRONG:
        cache.clear()
        checked = _spoil(monkeypatch, value)
        answer = world.ask(role, "POST", address, (body or {}) | {"sent": "1"}, language="zh-hans")
        monkeypatch.undo()
        text = html.unescape(answer.content.decode())
        assert not (found := theirs.search(text)), (value[:12], found)
        assert "2147483647" not in text
        assert checked


def _spoil(monkeypatch: pytest.MonkeyPatch, value: str) -> list[type]:
    """Let every bound form find the wrong value in all its fields; return the list of the forms that did."""
    checked: list[type] = []
    clean = forms.BaseForm.full_clean

    def spoiled(form: forms.BaseForm) -> None:
        if form.is_bound:
            form.data = WrongEverywhere(value)  # type: ignore[assignment]
            checked.append(type(form))
        clean(form)

    monkeypatch.setattr(forms.BaseForm, "full_clean", spoiled)
    return checked


def test_the_frameworks_sentences_are_recognised(theirs):
    """What readers saw before would be found, what they see now is not."""
    assert theirs.search("<li>确保该变量包含不超过 300 字符 (目前字符数 5000)。</li>")
    assert theirs.search("您提供的电子邮件地址和/或密码不正确。")
    assert not theirs.search("最多 300 个字，目前 5000 个字，请删减。")


def test_a_wrong_sign_in_is_told_in_our_words(client):
    """Neither the address nor the password is named as the wrong one."""
    cache.clear()
    sent = {"login": "nobody@example.org", "password": "wrong-password"}
    page = client.post("/accounts/login/", sent, headers={"accept-language": "zh-hans"}).content.decode()
    assert "邮箱或密码不正确。" in page
    assert "电子邮件地址和/或密码" not in page


def test_the_rules_for_passwords_are_in_our_words():
    """Each validator's help and refusal."""
    with translation.override("zh-hans"):
        helps = " ".join(password_validation.password_validators_help_texts())
        assert "密码不能全为数字。" in helps
        assert "你的" not in helps
        with pytest.raises(forms.ValidationError) as refused:
            password_validation.validate_password("12345")
    said = " ".join(refused.value.messages)
    assert "密码太短，至少" in said
    assert "密码不能全为数字。" in said
