"""Names that are the same to the eye, and names that are alike."""

import pytest

from members.rules.organisation_names import fold_name, likeness, most_alike, spellings


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("内蒙古大学", "内蒙古大学"),
        (" 内蒙古 大学\u3000", "内蒙古大学"),
        ("内蒙古\u200b大学\ufeff", "内蒙古大学"),
        ("ＡＢＣ科技", "abc科技"),
        ("Inner  Mongolia University", "innermongoliauniversity"),
        ("内蒙古大学（校本部）", "内蒙古大学(校本部)"),
        ("内蒙古大学【校本部】", "内蒙古大学(校本部)"),
        ("内蒙古大学〔校本部〕", "内蒙古大学(校本部)"),
        ("甲有限责任公司", "甲有限责任公司"),
        ("甲有限公司", "甲有限公司"),
        ("中科院—上海", "中科院-上海"),
        ("\u200b", "\u200b"),
        ("", ""),
    ],
)
def test_a_name_is_folded(text, folded):
    """Width, case, blanks, brackets, dashes and the unseen go; the legal form stays."""
    assert fold_name(text) == folded
    assert fold_name(folded) == folded


def test_a_folded_name_fits_its_column():
    """One sign may stand for eighteen letters."""
    assert len(fold_name("\ufdfa" * 100)) == 400


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("内蒙古大学（校本部）", ("内蒙古大学(校本部)", "内蒙古大学")),
        ("内蒙古大学（南校区）", ("内蒙古大学(南校区)", "内蒙古大学")),
        ("甲公司（总部）", ("甲公司(总部)", "甲公司")),
        ("内蒙古大学（创业学院）", ("内蒙古大学(创业学院)",)),
        ("中国地质大学（武汉）", ("中国地质大学(武汉)",)),
        ("（校本部）", ("(校本部)",)),
    ],
)
def test_a_bracket_that_means_the_whole_house_may_go(text, names):
    """Another school in brackets is another school."""
    assert spellings(text) == names


def test_likeness_by_hand():
    """A name with its school is wholly alike; two of three pairs shared is 4/6; nothing shared is 0."""
    assert likeness("内蒙古大学", "内蒙古大学化学化工学院") == 1.0
    assert likeness("甲乙丙丁", "甲乙丙戊") == pytest.approx(4 / 6)
    assert likeness("甲乙", "丙丁") == 0.0
    assert likeness("", "甲") == likeness("甲", "乙") == 0.0
    others = [(1, "甲乙丙戊"), (2, "甲乙丙丁戊"), (3, "丙丁"), (4, "子丑寅卯")]
    assert most_alike("甲乙丙丁", others) == [2, 1, 3]
    assert most_alike("甲乙丙丁", others, most=1) == [2]
