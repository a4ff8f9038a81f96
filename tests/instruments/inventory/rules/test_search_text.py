"""The text in which a search looks: where a word stands in it says how well it fits."""

from instruments.inventory.rules.search_text import (
    HEAD_END,
    NAME_END,
    Found,
    as_looked_for,
    as_whole_name,
    search_text,
)

XRD = Found(
    code="AAA-XRD-1",
    names=("X射线衍射仪", "X-ray diffractometer"),
    goes_by=("XRD",),
    classes=("衍射仪",),
    owner_names=("AAA", "阿尔法大学"),
    told=("粉末样品",),
)


def test_names_come_first_then_what_it_is_called_then_all_else():
    text = search_text(XRD)
    names, rest = text.split(NAME_END, 1)
    called, told = rest.split(HEAD_END, 1)
    assert names == " x 射线衍射仪; x ray diffractometer;"
    assert as_whole_name("xrd") in called
    assert "yanshe" in called.replace(" ", "")
    assert as_looked_for("粉末") == "粉末"
    assert as_looked_for("powder") == " powder"
    assert "粉末样品" in told
    assert "粉末样品" not in called
    assert "aerfadaxue" in told.replace(" ", "")


def test_every_text_is_cut_and_every_name_is_heard():
    sections, heard = list(XRD.sections), list(XRD.readings)
    assert {"AAA-XRD-1", "XRD", "衍射仪", "阿尔法大学", "粉末样品"} <= set(sections)
    assert any("yanshe" in one.replace(" ", "") for one in heard)
    assert not any("fenmo" in one.replace(" ", "") for one in heard)
