"""Every form and every serializer of the network reads what is typed in the same way."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from django import forms
from django.contrib import admin
from django.test import RequestFactory
from rest_framework import serializers

import evaluations
import instruments
import members
import notices
import portal
import reporting
from folding.api import Serializer
from folding.forms import FoldedBoundField, fold_of
from instruments.catalogue.forms.catalogue import PageFilter
from tests.factories.members import PersonFactory

HOUSE = (members, instruments, evaluations, notices, portal, reporting)
EXACT = (
    forms.FileField, forms.BooleanField, forms.NullBooleanField, forms.ChoiceField, forms.ModelChoiceField
)  # fmt: skip


def _modules():
    for package in HOUSE:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def _subclasses(base):
    for one in base.__subclasses__():
        yield one
        yield from _subclasses(one)


def _ours(base):
    list(_modules())
    names = {package.__name__ for package in HOUSE}
    return sorted(
        {one for one in _subclasses(base) if one.__module__.split(".")[0] in names},
        key=lambda one: one.__qualname__,
    )


def _reads_folded(name, field):
    if isinstance(field, EXACT) or isinstance(field.widget, forms.PasswordInput):
        return True
    if isinstance(field, forms.MultiValueField):
        return all(_reads_folded(name, part) for part in field.fields)
    return fold_of(field, name) is not None


def test_no_field_of_a_form_reads_its_text_unfolded():
    found = _ours(forms.BaseForm)
    assert len(found) > 30
    unfolded = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in found
        for name, field in form.base_fields.items()
        if not _reads_folded(name, field)
    ]
    unfolded += [
        f"PageFilter.{name}"
        for name, field in PageFilter().form.fields.items()
        if not _reads_folded(name, field)
    ]
    assert unfolded == []


def test_every_form_is_given_the_folding_field():
    for form in _ours(forms.BaseForm):
        assert form.default_renderer is None, form
        assert form.bound_field_class is None, form
        for name, field in form.base_fields.items():
            assert field.bound_field_class is None, (form, name)
    assert isinstance(PageFilter().form["q"], FoldedBoundField)


@pytest.mark.django_db
def test_the_admin_and_the_log_in_read_folded(rf: RequestFactory):
    from allauth.account.forms import LoginForm, ResetPasswordForm

    assert isinstance(LoginForm()["login"], FoldedBoundField)
    assert isinstance(ResetPasswordForm()["email"], FoldedBoundField)
    request = rf.get("/admin/")
    request.user = PersonFactory()
    seen = 0
    for model, model_admin in admin.site._registry.items():
        if model.__module__.split(".")[0] not in {package.__name__ for package in HOUSE}:
            continue
        form = model_admin.get_form(request)
        for name, field in form.base_fields.items():
            seen += 1
            assert _reads_folded(name, field), (model, name)
    assert seen > 20


def test_every_serializer_folds():
    found = _ours(serializers.BaseSerializer)
    assert len(found) > 25
    assert [one.__name__ for one in found if not issubclass(one, Serializer)] == []


class TypedForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField()
    text = forms.CharField(widget=forms.Textarea)
    code = forms.CharField()
    email = forms.EmailField()
    count = forms.IntegerField()
    amount = forms.DecimalField(decimal_places=2)
    on = forms.DateField()
    at = forms.TimeField()
    moment = forms.DateTimeField()
    left = forms.SplitDateTimeField()
    password = forms.CharField(widget=forms.PasswordInput, strip=False)


GOOD = {
    "name": "（甲）\u200b 乙", "text": "一\r\n二\ufeff", "code": "Ｋ－\u200b５", "email": "ａ＠demo.example",
    "count": "３.0", "amount": "１,234．50", "on": "2026年10月5日", "at": "９：05",
    "moment": "2026-10-03 24:00", "left_0": "2026/10/3", "left_1": "24:00", "password": "\u200bｐ ",
}  # fmt: skip


def test_one_form_folds_each_kind_of_field():
    form = TypedForm(GOOD)
    assert form.is_valid(), form.errors
    data = {
        name: value if isinstance(value, str) else str(value) for name, value in form.cleaned_data.items()
    }
    assert data == {
        "name": "（甲） 乙", "text": "一\n二", "code": "K-5", "email": "a@demo.example", "count": "3",
        "amount": "1234.50", "on": "2026-10-05", "at": "09:05:00", "moment": "2026-10-04 00:00:00+08:00",
        "left": "2026-10-04 00:00:00+08:00", "password": "\u200bｐ ",
    }  # fmt: skip
    assert form["amount"].value() == "１,234．50"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("amount", "1e2"), ("amount", "١٠٠"), ("count", "٣"), ("count", "1e2"), ("on", "2026-W41-1"),
        ("on", "٢٠٢٦-10-05"), ("at", "٠٩:00"), ("moment", "2026-W41-1T09:00"), ("moment", "٢٠٢٦-10-05 09:00"),
        ("code", "K-٥"),
    ],
)  # fmt: skip
def test_one_form_refuses_what_it_does_not_fold(name, typed):
    form = TypedForm(GOOD | {name: typed})
    assert list(form.errors) == [name]
    assert form[name].value() == typed
    assert name in form.changed_data
    assert typed in str(form[name])
