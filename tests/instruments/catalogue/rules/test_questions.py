"""The shipped questions: complete in both languages, answered by classes and instruments that exist, found by words."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from folding.words import is_han
from instruments.catalogue.rules import questions as room
from instruments.catalogue.rules.question_words import MOST, matching_questions
from instruments.catalogue.rules.questions import Question, both, questions

TREE = Path(__file__).resolve().parents[4]
ALL = [pytest.param(row, id=code) for code, row in questions("zh-hans").items()]


def reference_classes() -> set[str]:
    with (TREE / "instruments/inventory/data/instrument_classes.csv").open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}


def kinds_of_the_demonstration() -> list[tuple[str, str]]:
    """Class and Chinese name of each kind of instrument in the invented network."""
    found = []
    for path in sorted((TREE / "platform/demo/data/instruments").glob("*.toml")):
        for family in tomllib.loads(path.read_text(encoding="utf-8")).values():
            for kind in family["kinds"]:
                found.append((kind.get("class", family["class"]), kind["name"].split("|")[0]))
    return found


CLASSES, KINDS = reference_classes(), kinds_of_the_demonstration()


def test_there_are_more_than_a_hundred_and_no_two_are_equal():
    for language in ("zh-hans", "en"):
        told = {(row.sample, row.question) for row in questions(language).values()}
        assert len(told) == len(questions(language)) == 152
    assert list(questions("zh-hans")) == list(questions("en"))


@pytest.mark.parametrize("question", ALL)
def test_every_technique_has_a_reason_a_limit_and_instruments(question: Question):
    for technique in question.techniques:
        assert technique.class_codes
        assert set(technique.class_codes) <= CLASSES, technique.code
        assert any(technique.fits(code, name) for code, name in KINDS), technique.code
        assert technique.why.endswith("。")
        assert technique.cannot.endswith("。")
    assert len({technique.code for technique in question.techniques}) == len(question.techniques) > 0


@pytest.mark.parametrize("question", ALL)
def test_both_languages_say_each_text(question: Question):
    english = questions("en")[question.code]
    assert [one.code for one in english.techniques] == [one.code for one in question.techniques]
    chinese_texts = [question.sample, question.question]
    english_texts = [english.sample, english.question]
    for own, other in zip(question.techniques, english.techniques, strict=True):
        chinese_texts += [own.name, own.why, own.cannot]
        english_texts += [other.name, other.why, other.cannot]
    assert all(any(map(is_han, text)) for text in chinese_texts)
    assert not any(any(map(is_han, text)) for text in english_texts)


def test_every_technique_answers_some_question():
    shipped = tomllib.loads((room.DATA / "techniques.toml").read_text(encoding="utf-8"))
    assert {one.code for row in questions("en").values() for one in row.techniques} == set(shipped)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("稀土 杂质", "rare-earth-impurity"),
        ("稀土杂质", "rare-earth-impurity"),
        ("milk melamine", "milk-melamine-adulteration"),
        ("奶粉里有没有三聚氰胺", "milk-melamine-adulteration"),
        ("煤 热值", "coal-heating-value"),
        ("煤的热值", "coal-heating-value"),
        ("煤灰里的锂", "lithium-gallium-germanium"),
        ("钕铁硼 矫顽力", "ndfeb-permanent-magnet"),
        ("為什麼斷了", "failure-analysis-fracture"),
        ("羊肉 溯源", "lamb-mutton-origin"),
        ("Cashmere, authentic?", "cashmere-authentic-dye"),
        ("羊绒衫真假", "cashmere-authentic-dye"),
        ("蒙药成分", "mongolian-medicine-compound"),
        ("土壤重金属", "soil-heavy-metal"),
        ("草原碳汇", "carbon-sink-flux"),
        ("soil heavy metals", "soil-heavy-metal"),
        ("battery fade", "battery-degradation-lithium"),
        ("布病", "brucellosis-livestock-disease"),
        ("锆石年龄", "zircon-dating"),
        ("phosphor lifetime", "phosphor-luminescence-europium"),
        ("地下水 氟", "groundwater-drinking-water"),
        ("青贮 霉菌毒素", "silage-fermentation-quality"),
        ("风机 振动", "wind-resource-turbine"),
        ("PM2.5 来源", "dust-aerosol-source"),
        ("白色粉末是什么", "unknown-powder-identify"),
    ],
)
def test_typed_words_find_their_question_among_the_first_three(typed, code):
    assert code in [row.code for row in matching_questions(typed, "zh-hans")[:3]]


def test_a_question_is_found_in_the_language_of_the_reader_whatever_was_typed():
    assert matching_questions("三聚氰胺", "en")[0].question == "Has melamine been added?"
    assert matching_questions("melamine", "zh-hans")[0].question == "有没有掺三聚氰胺？"


def test_no_word_and_an_unknown_word_find_nothing_and_a_common_one_no_more_than_is_useful():
    assert matching_questions("", "en") == matching_questions("、 ?", "en") == []
    assert matching_questions("qqqq", "en") == []
    assert len(matching_questions("稀土", "zh-hans")) == MOST
    assert len(matching_questions("稀土", "zh-hans", most=2)) == 2


def test_two_letters_are_a_whole_word_and_three_may_begin_one():
    assert not matching_questions("mi", "en")
    assert matching_questions("mel", "en")[0].code == "milk-melamine-adulteration"


def test_an_instrument_fits_by_class_and_by_a_word_of_its_name():
    impurities = questions("en")["rare-earth-impurity"]
    by_code = {one.code: one for one in impurities.techniques}
    assert by_code["icp-ms"].fits("010202", "电感耦合等离子体质谱仪")
    assert not by_code["icp-ms"].fits("010202", "火花源质谱仪")
    assert not by_code["icp-ms"].fits("010201", "电感耦合等离子体质谱仪")
    # A class stands for all below it.
    assert by_code["icp-oes"].class_codes == ("010400",)
    assert by_code["icp-oes"].fits("010499", "电感耦合等离子体发射光谱仪")


def test_a_limit_of_the_question_comes_before_that_of_the_technique():
    own = {one.code: one.cannot for one in questions("en")["honey-syrup-adulteration"].techniques}
    assert own["irms"] == "Syrup of rice or beet (C3) does not show."
    other = {one.code: one.cannot for one in questions("en")["diet-grazing-herbivore"].techniques}
    assert other["irms"].startswith("Gives ratios of the bulk")


@pytest.mark.parametrize("text", ["只有中文", "|English", "中文|", "中文|English|more"])
def test_a_text_must_be_both_languages(text):
    with pytest.raises(ValueError, match="Chinese"):
        both(text)


@pytest.mark.parametrize(
    "second",
    [
        '[one]\nwhy.a = "因|why"',
        '[two]\nwhy = {}',
        '[two]\nwhy.a = "因|why"\ncannot.b = "限|limit"',
    ],
)  # fmt: skip
def test_questions_that_do_not_agree_are_refused(second, tmp_path, monkeypatch):
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "a.toml").write_text('[one]\nwhy.a = "因|why"', encoding="utf-8")
    (tmp_path / "questions" / "b.toml").write_text(second, encoding="utf-8")
    monkeypatch.setattr(room, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"b\.toml"):
        room._rows()
