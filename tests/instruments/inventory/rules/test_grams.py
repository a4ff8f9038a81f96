"""How text is folded and cut for the search."""

from __future__ import annotations

import pytest

from folding.words import Word, joined_words, query_words, seen_words, whole_query, words_of
from instruments.inventory.rules.abbreviations import other_names, shipped
from instruments.inventory.rules.class_codes import level_two, subtree_prefix
from instruments.inventory.rules.grams import grams_of, index_text, narrowing, spelling_grams
from instruments.inventory.rules.nearness import nearest, parts_of


def test_words_are_evened_out_in_width_case_script_and_marks():
    """Full-width letters, capitals, blanks and marks of any kind, traditional characters."""
    assert words_of("  ＸＲＤ\u3000Ｄ８\tAdvance ") == "xrd d 8 advance"
    assert words_of("D8ADVANCE") == words_of("D8-Advance") == words_of("d8 advance") == "d 8 advance"
    assert words_of("掃描電鏡（質譜）") == "扫描电镜 质谱"
    assert words_of("µm ℃") == "μm c"


def test_words_joined_by_a_mark_are_one_word_too():
    """A blank joins short words only, and only where asked."""
    assert joined_words("Triple LC-MS/MS") == ["lcmsms"]
    assert joined_words("LC MS") == []
    assert joined_words("LC MS", blanks_too=True) == ["lcms"]
    assert joined_words("electron microscope", blanks_too=True) == []
    assert whole_query("zhi pu yi") == "zhipuyi"
    assert whole_query("D8 ADVANCE") == whole_query("lcms") == ""


def test_grams_are_characters_pairs_and_beginnings():
    """Worked by hand."""
    assert grams_of("质谱仪 d 8") == {"质", "谱", "仪", "质谱", "谱仪", "d", "8"}
    assert index_text(["b a", "a", "X射线"], ["zhipu"]) == "a b x zhi zhip zhipu 射 射线 线"
    assert index_text(["，。-"]) == ""


def test_long_words_keep_ten_characters():
    """A longer word is found by its first ten, then checked in the text."""
    word = "abcdefghijklmnopqrstuvwxyz"
    assert max(grams_of(word), key=len) == "abcdefghij"
    assert spelling_grams(word) == ["abcdefghij"]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("镜", [[["镜"]]]),
        ("电镜", [[["电镜"]]]),
        ("扫描电镜", [[["扫描", "描电", "电镜"]]]),
        ("x射线", [[["x", "射线"]]]),
        ("x线", [[["x", "线"]]]),
        ("lc-ms", [[["lc", "ms"], ["lcms"]]]),
        ("%", []),
    ],
)
def test_what_the_index_is_asked_for(query, asked):
    """Lists of grams by word and spelling."""
    assert narrowing(query_words(query)) == asked


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("A a Ｂ", [("a",), ("b",)]),
        ("“扫描电镜”。", [("扫描电镜",)]),
        ("扫描、电镜", [("扫描",), ("电镜",)]),
        ("扫描+电镜", [("扫描",), ("电镜",)]),
        ("SEM,TEM", [("sem",), ("tem",)]),
        ("LC-MS", [("lc ms", "lcms")]),
        ("D8ADVANCE", [("d 8 advance",)]),
        ("SEM\u200b", [("sem",)]),
        ("", []),
    ],
)
def test_query_words(query, words):
    """Marks part words; between letters and digits they join."""
    assert query_words(query) == tuple(map(Word, words))


def test_query_words_are_bounded():
    """Eight words of the first hundred characters, each once."""
    assert len(query_words(" ".join(f"w{chr(97 + n)}" for n in range(26)))) == 8
    assert query_words("长" * 300) == (Word(("长" * 100,)),)


def test_every_query_gram_is_a_text_gram():
    """What is asked for is always in the index of a text that holds the word."""
    text = "Regulus8230 场发射扫描电子显微镜（SEM）-Ⅱ型 m/z 5–2000"
    for word in query_words(text):
        assert set(spelling_grams(word.spellings[0])) <= grams_of(words_of(text))


def test_what_was_found_is_pointed_out():
    """As typed and in pieces, the longest first."""
    assert seen_words("LC-MS 電鏡") == ["lc-ms", "電鏡", "电镜", "lc", "ms"]


def test_parts_and_nearest_words():
    """Words that say nothing are no parts; what shares pairs is nearer than what shares characters."""
    assert parts_of("土壤重金属")[:5] == ["土壤重金", "壤重金属", "土壤重", "壤重金", "重金属"]
    assert parts_of("牛奶里的抗生素") == ["抗生素", "牛奶", "抗生", "生素"]
    vocabulary = ["扫描电子显微镜", "透射电镜", "冷冻干燥机", "Raman spectrometer", ""]
    assert nearest("冷冻电镜", vocabulary) == ["透射电镜", "冷冻干燥机", "扫描电子显微镜"]
    assert nearest("spectrometre", vocabulary) == ["Raman spectrometer"]
    assert nearest("羊肉", vocabulary) == []


def test_class_codes():
    """Two digits a level."""
    assert [subtree_prefix(code) for code in ("010000", "010300", "010301", "990000", "100000")] == [
        "01",
        "0103",
        "010301",
        "99",
        "10",
    ]
    assert level_two("010301") == "010300"
    with pytest.raises(ValueError):
        subtree_prefix("0103")


def test_abbreviations_go_by_class_and_name():
    """A gas chromatograph with a mass spectrometer is no LC-MS."""
    assert "XRD" in other_names("010301", "粉末衍射仪")
    assert other_names("010201", "气质联用仪")[:2] == ["GC-MS", "GCMS"]
    assert other_names("120100", "反应釜") == []
    assert len(shipped()) == len({row.names for row in shipped()})
