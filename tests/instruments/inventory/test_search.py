"""Search in Chinese and English over everything an instrument is found by."""

from __future__ import annotations

import time

import pytest
from django.core.management import call_command
from django.db import connection

from changes import perform
from instruments.inventory.actions.reference import load_reference, rename_field
from instruments.inventory.actions.search import reindex
from instruments.inventory.models import ApplicationField, Instrument, InstrumentClass
from instruments.inventory.queries.search import indexed_otherwise, matching, with_relevance
from members.models import Region
from tests.factories.instruments import InstrumentFactory, InstrumentFieldFactory
from tests.factories.members import UnitFactory, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    """An X-ray diffractometer, a scanning electron microscope and a mass spectrometer in one unit."""
    perform(None, load_reference)
    region = Region.objects.get(code="150100")
    unit = UnitFactory(
        code="IMU",
        name_zh="内蒙古大学",
        name_en="Inner Mongolia University",
        short_name="内大",
        region=region,
    )

    def made(code, name_zh, name_en, class_code, **fields):
        return InstrumentFactory(
            code=code,
            unit=unit,
            name_zh=name_zh,
            name_en=name_en,
            instrument_class=InstrumentClass.objects.get(code=class_code),
            **fields,
        )

    made("A-1", "粉末衍射仪", "Powder diffractometer", "010301", model="D8 ADVANCE", manufacturer="Bruker")
    made("A-2", "场发射扫描电镜", "Field-emission microscope", "010102", model="Regulus8230")
    made(
        "A-3",
        "三重四极杆液质联用仪",
        "Triple quadrupole LC/MS",
        "010201",
        technical="质量范围 m/z 5–2000；与 XRD 互补",
        functions="用于乳制品检测",
    )
    InstrumentFieldFactory(
        instrument=Instrument.objects.get(code="A-1"), field=ApplicationField.objects.get(code="430")
    )
    assert reindex(Instrument.objects.all()) == 3
    return unit


def found(query):
    """Codes found, best first."""
    rows = with_relevance(matching(Instrument.objects.all(), query), query)
    return list(rows.order_by("relevance", "code").values_list("code", flat=True))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["A-1", "A-2", "A-3"]),
        ("质", ["A-3"]),  # one character, in the name
        ("镜", ["A-2"]),
        ("衍射", ["A-1"]),
        ("扫描电", ["A-2"]),
        ("场发射扫描", ["A-2"]),
        ("x射线", ["A-1"]),  # the class above it
        ("Ｘ射线衍射仪", ["A-1"]),  # full-width letter
        ("D8", ["A-1"]),
        ("8230", ["A-2"]),  # digits after letters
        ("bruk", ["A-1"]),
        ("Powder", ["A-1"]),  # the English name
        ("field-emission", ["A-2"]),
        ("ADVANCE bruker", ["A-1"]),  # all words
        ("ADVANCE 电镜", []),
        ("内大", ["A-1", "A-2", "A-3"]),
        ("inner mongolia", ["A-1", "A-2", "A-3"]),
        ("材料科学", ["A-1"]),  # field
        ("SEM", ["A-2"]),
        ("lcms", ["A-3"]),
        ("LC-MS", ["A-3"]),
        ("XRD", ["A-1", "A-3"]),  # what it is called before what it mentions
        ("a-3", ["A-3"]),
        ("乳制品", ["A-3"]),
        ("射衍", []),  # both characters, another order
        ("描电发", []),
        ("%", []),
        ("_", []),
        ('" OR *', ["A-3"]),  # the word, at the beginning of another
        ("5–2000；", ["A-3"]),
        ("掃描電鏡", ["A-2"]),  # traditional
        ("內蒙古大學", ["A-1", "A-2", "A-3"]),
        ("saomiaodianjing", ["A-2"]),  # by sound
        ("sao miao dian jing", ["A-2"]),
        ("smdj", ["A-2"]),
        ("dianjing", ["A-2"]),
        ("neimenggu", ["A-1", "A-2", "A-3"]),
        ("aodian", []),  # no beginning of a syllable
        ("sm", []),  # two initials say too little
        ("SEM\u200b", ["A-2"]),
        ("“扫描电镜”", ["A-2"]),
        ("扫描电镜。", ["A-2"]),
        ("扫描、电镜", ["A-2"]),
        ("扫描，电镜", ["A-2"]),
        ("扫描+电镜", ["A-2"]),
        ("D8ADVANCE", ["A-1"]),
        ("D8-Advance", ["A-1"]),
        ("Regulus 8230", ["A-2"]),
        ("LC MS", ["A-3"]),
        ("lc/ms", ["A-3"]),
    ],
)
def test_found_when_every_word_occurs(three, query, codes):
    """The exact codes, best first, on both databases."""
    assert found(query) == codes


WORD = "quokka"
"""Stands in no list of ours."""


@pytest.mark.parametrize(
    "field",
    [
        *("code", "name_zh", "name_en", "model", "manufacturer", "functions", "technical", "services"),
        *("description_zh", "description_en", "department"),
        *("instrument_class.name_zh", "instrument_class.name_en"),
        *("instrument_class.parent.name_zh", "instrument_class.parent.name_en"),
        *("instrument_class.parent.parent.name_zh", "instrument_class.parent.parent.name_en"),
        *("unit.code", "unit.name_zh", "unit.name_en", "unit.short_name"),
        *("application.name_zh", "application.name_en"),
    ],
)
def test_a_word_is_found_in_whichever_field_it_stands(three, field):
    """One word in one field at a time, beside a second instrument without it; gone from there, it is not found."""
    *way, name = field.split(".")
    one, second = Instrument.objects.get(code="A-1"), InstrumentFactory(code="OTHER-1")
    row = ApplicationField.objects.get(code="430") if way == ["application"] else one
    for step in () if way == ["application"] else way:
        row = getattr(row, step)
    assert found(WORD) == []
    setattr(row, name, WORD)
    row.save()
    reindex(Instrument.objects.filter(pk__in=[one.pk, second.pk]))
    one.refresh_from_db()
    assert found(WORD) == [one.code]
    setattr(row, name, "elsewhere")
    row.save()
    reindex(Instrument.objects.all())
    assert found(WORD) == []


def test_a_short_abbreviation_ranks_what_goes_by_it(three):
    """Before words that begin so, which come before a unit's code; inside other words it is nothing."""
    leaf = InstrumentClass.objects.get(code="020101")
    unit = UnitFactory(
        code="LCST", name_zh="临测站", name_en="Station", region=Region.objects.get(code="150100")
    )
    for code, name_zh, name_en in (
        ("B-1", "三轴试验系统", "Triaxial testing system with temperature"),
        ("B-2", "半导体分析仪", "Semiconductor analyser"),
        ("B-3", "辐照装置", "Irradiation facility"),
        ("LCST-TEM-1", "气候站", "Station for logging"),
    ):
        InstrumentFactory(code=code, unit=unit, name_zh=name_zh, name_en=name_en, instrument_class=leaf)
    for code, name_zh, class_code in (
        ("C-1", "透射电子显微镜", "010101"), ("C-2", "红外光谱仪", "010409"), ("C-3", "液相色谱仪", "010502")
    ):  # fmt: skip
        InstrumentFactory(
            code=code,
            unit=three,
            name_zh=name_zh,
            name_en="",
            instrument_class=InstrumentClass.objects.get(code=class_code),
        )
    reindex(Instrument.objects.all())
    assert found("TEM") == ["C-1", "B-1", "LCST-TEM-1"]
    assert found("SEM") == ["A-2", "B-2"]
    assert found("IR") == ["C-2", "B-3"]
    assert found("LC")[0] == "C-3"
    assert set(found("LC")[-4:]) == {"B-1", "B-2", "B-3", "LCST-TEM-1"}
    assert found("LCST-TEM") == ["LCST-TEM-1"]


def test_what_an_earlier_release_indexed_is_indexed_anew_on_migrate(three):
    """The text it wrote has another form; the second time there is nothing to do."""
    Instrument.objects.filter(code="A-2").update(search_text="a-2\n场发射扫描电镜\n\n内大", grams="a 场")
    assert list(indexed_otherwise().values_list("code", flat=True)) == ["A-2"]
    call_command("migrate", verbosity=0)
    assert not indexed_otherwise().exists()
    assert found("smdj") == ["A-2"]


def test_index_follows_every_writer(three):
    """A change, a deletion and a rebuild leave the index true."""
    row = Instrument.objects.get(code="A-2")
    Instrument.objects.filter(pk=row.pk).update(name_zh="质谱成像仪")
    reindex(Instrument.objects.filter(pk=row.pk))
    assert found("质谱成像") == ["A-2"]
    assert found("场发射") == []
    row.delete()
    assert found("质谱成像") == []
    call_command("rebuild_search")
    assert found("衍射") == ["A-1"]


def test_renaming_a_field_reaches_its_instruments(three):
    """The new name finds, the old one no longer does."""
    perform(
        make_officer(),
        rename_field,
        ApplicationField.objects.get(code="430"),
        name_zh="能源材料",
        name_en="Energy",
    )
    assert found("能源材料") == ["A-1"]
    assert found("材料科学") == []


def test_index_is_used(three, on_postgresql):
    """The database has an index it can answer from."""
    with connection.cursor() as cursor:
        if on_postgresql:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN SELECT id FROM instruments_instrument WHERE gram_list @> ARRAY['衍射', '射线']"
            )
            assert any("instrument_grams" in row[0] for row in cursor.fetchall())
        else:
            cursor.execute("SELECT count(*) FROM catalogue_fts WHERE catalogue_fts MATCH '\"衍射\"'")
            assert cursor.fetchone() == (1,)
            cursor.execute("INSERT INTO catalogue_fts(catalogue_fts) VALUES ('integrity-check')")


def test_reindex_takes_the_same_queries_for_more_rows(three, django_assert_num_queries):
    """Reading, prefetching fields and one write, however many instruments."""
    with django_assert_num_queries(3):
        reindex(Instrument.objects.filter(code="A-1"))
    started = time.perf_counter()
    with django_assert_num_queries(3):
        reindex(Instrument.objects.all())
    assert time.perf_counter() - started < 3


def test_loading_twice_changes_nothing():
    """Re-running the loader leaves the same rows; every class has an English name."""
    first = perform(None, load_reference)
    before = list(InstrumentClass.objects.order_by("pk").values())
    assert perform(None, load_reference) == first
    assert (first.regions, first.fields, first.classes) == (12, 62, 257)
    assert list(InstrumentClass.objects.order_by("pk").values()) == before
    assert InstrumentClass.objects.get(code="010301").name_en == "X-ray diffractometer"
    assert not InstrumentClass.objects.filter(name_en="").exists()
    assert InstrumentClass.objects.get(code="010301").parent.code == "010300"
    assert Region.objects.filter(hu_bao_e_wu=True).count() == 4


def test_a_class_that_gets_another_name_is_found_by_it():
    """A list of an earlier release left the English name blank: loading the new one lets the word find it."""
    perform(None, load_reference)
    InstrumentClass.objects.filter(code="020105").update(name_en="")
    instrument = InstrumentFactory(instrument_class=InstrumentClass.objects.get(code="020105"), name_en="")
    reindex(Instrument.objects.all())
    assert not matching(Instrument.objects.all(), "contact angle meter").exists()
    perform(None, load_reference)
    assert list(matching(Instrument.objects.all(), "contact angle meter")) == [instrument]
