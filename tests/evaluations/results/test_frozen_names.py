"""A finished round says what was true then: a unit renamed, moved or turned into another kind changes nothing of it."""

from __future__ import annotations

import re

import openpyxl
import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from changes import perform
from evaluations.results.queries.verification import verification
from evaluations.rounds.models import Round
from instruments.inventory.models import Instrument, InstrumentClass
from members.models import MemberUnit
from reporting import making, runs
from tests.evaluations.walking import final
from tests.factories.members import RegionFactory
from tests.reporting.kinds import content_of

pytestmark = pytest.mark.django_db


def rename(unit: MemberUnit) -> None:
    """Everything about the unit and its instruments becomes something else."""
    elsewhere = RegionFactory.create(name_zh="别处盟", name_en="Elsewhere")
    MemberUnit.objects.filter(pk=unit.pk).update(
        name_zh="后来的名称", name_en="Later name", kind="hospital", region=elsewhere
    )
    Instrument.objects.filter(unit=unit).update(name_zh="后来的仪器", name_en="Later instrument")
    InstrumentClass.objects.update(name_zh="后来的类别", name_en="Later class")


def made(kind, parameters, actor):
    run = perform(actor, runs.request_run, kind, parameters, language="zh-hans")
    making.make(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run


def pdf_text(run) -> str:
    reader = pypdf.PdfReader(content_of(run))
    return "".join(page.extract_text() for page in reader.pages)


def cells(run) -> list[list[object]]:
    book = openpyxl.load_workbook(content_of(run))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


def everything(story) -> dict[str, object]:
    """Whatever tells of the round: pages, table, reports."""
    public, own = Client(), Client()
    own.force_login(story.managers["AAA"])
    addresses = {
        "round": (public, reverse("evaluations:round", args=[2025])),
        "table": (public, reverse("evaluations:table", args=[2025])),
        "unit": (own, reverse("evaluations:unit", args=[2025, "AAA"])),
        "rows": (own, reverse("evaluations:rows", args=[2025, "AAA", "external"])),
    }
    said: dict[str, object] = {}
    for name, (client, address) in addresses.items():
        body = client.get(address).content.decode()
        start, end = body.find("<main"), body.find("</main>")
        said[name] = body[start:end] if start >= 0 else body
    annual = {"year": 2025}
    said["annual pdf"] = pdf_text(made("annual_evaluation", {**annual, "format": "pdf"}, story.officer))
    said["annual xlsx"] = cells(made("annual_evaluation", {**annual, "format": "xlsx"}, story.officer))
    card = made("unit_score_card", {**annual, "unit": "AAA", "format": "pdf"}, story.officer)
    said["score card"] = pdf_text(card)
    said["file name"] = card.file_name
    return said


def test_nothing_of_a_final_round_changes_with_its_units(story, django_capture_on_commit_callbacks):
    final(story, django_capture_on_commit_callbacks)
    name = story.units["AAA"].name_zh
    before = everything(story)
    assert name in str(before["round"])
    assert name in str(before["table"])
    rename(story.units["AAA"])
    after = everything(story)
    assert [key for key in before if _plain(before[key]) != _plain(after[key])] == []
    assert "后来的" not in str(after)
    assert "别处盟" not in str(after)
    assert verification(Round.objects.get()).passed


def _plain(said: object) -> str:
    """Without the moment at which a report was made and tokens of the page."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "", str(said))
    return re.sub(r"datetime\.datetime\([^)]*\)|csrfmiddlewaretoken[^>]*", "", text)
