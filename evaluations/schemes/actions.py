"""Schemes: create, change while no round uses them, new versions, presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.chain import record
from evaluations.schemes.errors import InvalidScheme, SchemeKindInUse, SchemeLocked
from evaluations.schemes.locks import lock_scheme, lock_scheme_family
from evaluations.schemes.models import Scheme
from evaluations.scoring import presets
from evaluations.scoring.definition import SchemeDefinition
from evaluations.scoring.parsing import parse_scheme
from evaluations.scoring.problems import SchemeProblems
from evaluations.scoring.writing import to_dict
from members.models import Person
from members.permissions import require


@dataclass(frozen=True)
class SchemeData:
    """What the department enters: names, what the scheme is modelled on, its definition as JSON."""

    code: str
    name_zh: str
    name_en: str
    note: str
    definition: Mapping[str, Any]


def checked(definition: object) -> SchemeDefinition:
    """Read a definition. Raises InvalidScheme with every problem and its path."""
    if not isinstance(definition, Mapping):
        raise InvalidScheme([("", "not_an_object", {})])
    try:
        return parse_scheme(definition)
    except SchemeProblems as refused:
        raise InvalidScheme([(p.path, p.code, p.inputs) for p in refused.problems]) from refused


def create_scheme(data: SchemeData, *, actor: Person) -> Scheme:
    """Create version 1 of a scheme. Officers. Raises InvalidScheme."""
    require(actor, "manage_schemes")
    return _create(data, version=1, actor=actor)


@transaction.atomic
def _create(data: SchemeData, *, version: int, actor: Person | None) -> Scheme:
    definition = checked(data.definition)
    scheme = Scheme.objects.create(
        code=data.code,
        version=version,
        name_zh=data.name_zh,
        name_en=data.name_en,
        note=data.note,
        object_kind=definition.object_kind,
        definition=to_dict(definition),
    )
    record(
        actor=actor,
        verb="evaluations.scheme.created",
        target=scheme,
        after={"code": scheme.code, "version": scheme.version},
    )
    return scheme


def change_scheme(scheme: Scheme, data: SchemeData, *, actor: Person) -> Scheme:
    """Change a scheme that no round has used; code and version stay. Officers.

    Raises SchemeLocked, InvalidScheme, SchemeKindInUse where drafts judge what the scheme judged so far.
    """
    require(actor, "manage_schemes", scheme)
    return _change(scheme.pk, data, actor)


@transaction.atomic
def _change(pk: int, data: SchemeData, actor: Person) -> Scheme:
    scheme = lock_scheme(pk)
    if scheme.locked_at is not None:
        raise SchemeLocked
    definition = checked(data.definition)
    if definition.object_kind != scheme.object_kind:
        drafts = list(scheme.rounds.order_by("year").values_list("year", flat=True))
        if drafts:
            raise SchemeKindInUse(drafts)
    before = _described(scheme)
    scheme.name_zh, scheme.name_en, scheme.note = data.name_zh, data.name_en, data.note
    scheme.object_kind = definition.object_kind
    scheme.definition = to_dict(definition)
    scheme.save()
    record(
        actor=actor,
        verb="evaluations.scheme.changed",
        target=scheme,
        before=before,
        after=_described(scheme),
    )
    return scheme


def new_scheme_version(scheme: Scheme, *, actor: Person) -> Scheme:
    """Copy a scheme, whatever its state, into the next version of its code, open to change. Officers."""
    require(actor, "manage_schemes", scheme)
    with transaction.atomic():
        newest = lock_scheme_family(scheme.code)[0]
        data = SchemeData(scheme.code, scheme.name_zh, scheme.name_en, scheme.note, scheme.definition)
        return _create(data, version=newest.version + 1, actor=actor)


def load_presets(*, actor: Person | None = None) -> list[Scheme]:
    """Create the schemes that ship with the project and are not there yet; safe to repeat. By system or set-up."""
    created = []
    for preset in presets.load_presets():
        if not Scheme.objects.filter(code=preset.code).exists():
            note = f"{preset.note_zh}\n\n{preset.note_en}"
            data = SchemeData(preset.code, preset.name_zh, preset.name_en, note, preset.data)
            created.append(_create(data, version=1, actor=actor))
    return created


@transaction.atomic
def lock_for_round(scheme: Scheme) -> None:
    """Lock the scheme for good, because a round now rests on it; part of `open_round`, no right of its own."""
    held = lock_scheme(scheme.pk)
    if held.locked_at is None:
        held.locked_at = timezone.now()
        held.save(update_fields=["locked_at"])


def _described(scheme: Scheme) -> dict[str, Any]:
    return {
        "name_zh": scheme.name_zh,
        "name_en": scheme.name_en,
        "note": scheme.note,
        "definition": scheme.definition,
    }
