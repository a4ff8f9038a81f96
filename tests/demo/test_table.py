"""The one table of kinds: complete for each kind, and what is drawn from it fits together."""

from __future__ import annotations

import random
import re

import pytest

from changes import perform
from demo.plan import DATA, read
from demo.terms import OPENING_OF_USE, policy
from demo.texts import CHOICE, Use, requirements_text, technical_text, templates
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.models import Instrument, InstrumentClass

KINDS = {template.name_zh: template for template in templates()}


def models(kind):
    return {model.name for model in KINDS[kind].models}


def test_every_kind_has_one_row():
    assert len(templates()) == len(KINDS) == 220
    assert len({template.key for template in templates()}) == 104


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name_en)
def test_a_kind_is_complete(template):
    """Nothing is empty, everything fits the record, and each model has its own price and specification."""
    assert template.name_en.isascii() or "–" in template.name_en
    assert len(template.models) >= 2
    assert len({model.name for model in template.models}) == len(template.models)
    for model in template.models:
        low, high = model.value
        assert 0 < low < high <= low * 1.8
        assert model.specs
        assert all(re.fullmatch(r"[^：]+：.+", line) for line in (*model.specs, *template.technical))
    assert template.rate > 0
    assert template.room
    assert 1 <= template.hours[0] <= template.hours[1] <= 72
    assert len(template.purposes) == len(set(template.purposes)) >= 3
    assert all(len(purpose) <= 30 for purpose in template.purposes)
    assert template.notes
    assert 0 < len(template.functions) <= 300
    assert 0 < len(template.services) <= 200
    assert template.about_zh
    assert template.about_en.endswith(".")
    assert len(template.fields) >= 1
    assert template.tags


@pytest.mark.django_db
def test_kinds_name_known_classes_and_use_all_fields():
    perform(None, load_reference)
    known = set(InstrumentClass.objects.values_list("code", flat=True))
    assert {template.class_code for template in templates()} <= known
    assert len({code for template in templates() for code in template.fields}) == 59


def test_makers_and_families_are_all_used():
    text = "".join(path.read_text(encoding="utf-8") for path in (DATA / "instruments").glob("*.toml"))
    used = set(re.findall(r'^    "(\S+) ', text, re.MULTILINE))
    assert used == set(read("makers.toml"))


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        ("聚焦离子束双束电镜", {"Helios 5 CX", "Crossbeam 550", "Scios 2", "AMBER"}),
        ("环境扫描电子显微镜", {"Quattro S", "Prisma E", "Quanta 250 FEG"}),
        ("球差校正透射电子显微镜", {"Themis Z", "JEM-ARM200F", "Spectra 300"}),
        ("单晶X射线衍射仪", {"D8 VENTURE", "XtaLAB Synergy-S", "XtaLAB mini II"}),
        ("600兆核磁共振波谱仪", {"AVANCE NEO 600", "AVANCE III HD 600", "JNM-ECZ600R"}),
        ("费托合成中试装置", {"FT-50", "FT-10"}),
        ("快速溶剂萃取仪", {"ASE 350", "E-916", "APLE-3500"}),
        ("近红外光谱仪", {"MPA II", "NIRS DS3", "Antaris II"}),
    ],
)
def test_a_kind_has_only_its_own_models(kind, fitting):
    assert models(kind) == fitting


def test_what_costs_a_magnet_or_a_corrector_is_priced_so():
    assert min(model.value[0] for model in KINDS["球差校正透射电子显微镜"].models) >= 1700
    assert min(model.value[0] for model in KINDS["600兆核磁共振波谱仪"].models) >= 500
    assert max(model.value[1] for model in KINDS["低场核磁共振分析仪"].models) <= 110
    assert all("14.1 T" in "".join(model.specs) for model in KINDS["600兆核磁共振波谱仪"].models)
    assert all("激光：" in model.specs[0] for model in KINDS["激光剥蚀电感耦合等离子体质谱仪"].models)
    assert KINDS["高通量基因测序仪"].hours == (24, 48)


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name_en)
def test_a_usual_booking_keeps_the_rules_of_its_kind(template):
    rng = random.Random(3)
    for opening in OPENING_OF_USE[template.use][0]:
        terms = policy(Instrument(), template, opening, approval=True, rng=rng)
        assert terms.step_minutes <= terms.shortest_minutes <= template.hours[1] * 60 <= terms.longest_minutes


def test_only_what_needs_nobody_is_open_around_the_clock():
    around = {use for use, (names, _weights) in OPENING_OF_USE.items() if "always" in names}
    assert around == {Use.RUN, Use.REMOTE, Use.NIGHT}


def test_texts_are_drawn_whole_and_promise_nothing_that_is_not_there():
    rng = random.Random(5)
    for template in templates():
        for model in template.models:
            text = technical_text(template, model, rng)
            assert not CHOICE.search(text)
            assert len(text.splitlines()) == len(model.specs) + len(template.technical)
            assert len(text) <= 500
        for opening in OPENING_OF_USE[template.use][0]:
            said = requirements_text(template, opening, rng, approval=True)
            assert len(said) <= 500
            assert any(note in said for note in template.notes)
            assert not any(word in said for word in ("闭馆", "考核", "资格", "跟踪样品"))
