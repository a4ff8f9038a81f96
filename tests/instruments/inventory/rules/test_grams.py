"""How text is folded and cut for the search."""

from __future__ import annotations

import pytest

from instruments.inventory.rules.abbreviations import other_names, shipped
from instruments.inventory.rules.class_codes import level_two, subtree_prefix
from instruments.inventory.rules.grams import fold, grams_of, index_text, query_grams, query_words


def test_fold_evens_out_width_case_and_blanks():
    """Full-width letters, capitals and blanks of any kind."""
    assert fold("  ＸＲＤ\u3000Ｄ８\tAdvance ") == "xrd d8 advance"
    assert fold("µm ℃") == "μm °c"


def test_grams_are_characters_pairs_and_beginnings():
    """Worked by hand."""
    assert grams_of("质谱仪 D8") == {"质", "谱", "仪", "质谱", "谱仪", "d", "d8", "8"}
    assert grams_of("X射线") == {"x", "射", "线", "射线"}
    assert grams_of("，。-") == set()
    assert index_text(["b a", "a"]) == "a b"


def test_long_words_keep_sixteen_characters():
    """A longer word is found by its first sixteen, then checked in the text."""
    word = "abcdefghijklmnopqrstuvwxyz"
    assert max(grams_of(word), key=len) == "abcdefghijklmnop"
    assert query_grams(word) == ["abcdefghijklmnop"]


@pytest.mark.parametrize(
    ("word", "grams"),
    [
        ("镜", []),
        ("电镜", ["电镜"]),
        ("扫描电镜", ["扫描", "描电", "电镜"]),
        ("x射线", ["射线", "x"]),
        ("x线", ["线", "x"]),
        ("lc-ms", ["lc", "ms"]),
        ("%", []),
    ],
)
def test_query_grams(word, grams):
    """What the index is asked for."""
    assert query_grams(word) == grams


def test_query_words_are_bounded():
    """Eight words of the first hundred characters, each once."""
    assert query_words("A a Ｂ") == ["a", "b"]
    assert len(query_words(" ".join(f"w{n}" for n in range(50)))) == 8
    assert query_words("长" * 300) == ["长" * 100]


def test_every_query_gram_is_a_text_gram():
    """What is asked for is always in the index of a text that holds the word."""
    text = "Regulus8230 场发射扫描电子显微镜（SEM）-Ⅱ型 m/z 5–2000"
    for word in query_words(text):
        assert set(query_grams(word)) <= grams_of(text)


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
    assert any(name.startswith("XRD ") for name in other_names("010301", "粉末衍射仪"))
    assert [name.split()[0] for name in other_names("010201", "气质联用仪")] == ["GC-MS"]
    assert other_names("120100", "反应釜") == []
    assert len(shipped()) == len({row.text for row in shipped()})
