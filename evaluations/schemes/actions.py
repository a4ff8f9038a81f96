"""Schemes: create, change while no round uses them, new versions, presets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from changes import Work
from evaluations.enums import ObjectKind
from evaluations.schemes.errors import InvalidScheme, SchemeKindInUse, SchemeLocked, SchemeMoved
from evaluations.schemes.events import SchemeChanged, SchemeCreated
from evaluations.schemes.locks import lock_scheme, lock_scheme_family
from evaluations.schemes.models import Scheme
from evaluations.scoring import presets
from evaluations.scoring.definition import SchemeDefinition, Scope
from evaluations.scoring.parsing import parse_scheme
from evaluations.scoring.problems import SchemeProblems
from evaluations.scoring.writing import to_dict
from instruments.inventory.enums import Funding
from members.enums import UnitKind
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
        parsed = parse_scheme(definition)
    except SchemeProblems as refused:
        raise InvalidScheme([(p.path, p.code, p.inputs) for p in refused.problems]) from refused
    if parsed.object_kind == ObjectKind.INSTRUMENT and parsed.award_rule is not None:
        # An award is paid to a legal person. Refused here and not by the reader: what is stored must stay readable.
        raise InvalidScheme([("award_rule", "award_for_units", {})])
    if unknown := list(_unknown_in_scope(parsed.scope)):
        raise InvalidScheme(unknown)
    return parsed


def _unknown_in_scope(scope: Scope) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Whatever of the scope names nothing the register knows, and so would leave everybody out."""
    for key, named, known in (
        ("funding", scope.funding, Funding.values),
        ("unit_kinds", scope.unit_kinds, UnitKind.values),
    ):
        for place, code in enumerate(named):
            if code not in known:
                yield f"scope.{key}[{place}]", "not_a_choice", {"choices": ", ".join(known)}


def create_scheme(work: Work, data: SchemeData) -> Scheme:
    """Create version 1 of a scheme. Officers. Raises InvalidScheme."""
    require(work.actor, "manage_schemes")
    return _create(work, data, version=1)


def _create(work: Work, data: SchemeData, *, version: int) -> Scheme:
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
    work.emit(SchemeCreated(target=scheme, after={"code": scheme.code, "version": scheme.version}))
    return scheme


def change_scheme(work: Work, scheme: Scheme, data: SchemeData, *, seen: int | None = None) -> Scheme:
    """Change a scheme that no round has used; code and version stay, `edit` counts on. Officers.

    `seen` is the `edit` that the person saw. Raises SchemeLocked, SchemeMoved, InvalidScheme, SchemeKindInUse where
    drafts judge what the scheme judged so far.
    """
    held = lock_scheme(work, scheme.pk)
    require(work.actor, "manage_schemes", held)
    if held.locked_at is not None:
        raise SchemeLocked
    if seen is not None and held.edit != seen:
        raise SchemeMoved(seen, held.edit)
    definition = checked(data.definition)
    if definition.object_kind != held.object_kind:
        drafts = list(held.rounds.order_by("year").values_list("year", flat=True))
        if drafts:
            raise SchemeKindInUse(drafts)
    before = _described(held)
    held.name_zh, held.name_en, held.note = data.name_zh, data.name_en, data.note
    held.object_kind = definition.object_kind
    held.definition = to_dict(definition)
    held.edit += 1
    held.save()
    work.emit(SchemeChanged(target=held, before=before, after=_described(held)))
    return held


def new_scheme_version(work: Work, scheme: Scheme) -> Scheme:
    """Copy a scheme, whatever its state, into the next version of its code, open to change. Officers."""
    newest = lock_scheme_family(work, scheme.code)
    require(work.actor, "manage_schemes", scheme)
    copied = Scheme.objects.get(pk=scheme.pk)
    data = SchemeData(copied.code, copied.name_zh, copied.name_en, copied.note, copied.definition)
    return _create(work, data, version=newest.version + 1)


def load_presets(work: Work) -> list[Scheme]:
    """Create the schemes that ship with the project and are not there yet; safe to repeat. By system or set-up."""
    created = []
    for preset in presets.load_presets():
        if not Scheme.objects.filter(code=preset.code).exists():
            note = f"{preset.note_zh}\n\n{preset.note_en}"
            data = SchemeData(preset.code, preset.name_zh, preset.name_en, note, preset.data)
            created.append(_create(work, data, version=1))
    return created


def lock_for_round(work: Work, scheme_pk: int) -> Scheme:
    """Lock the scheme for good, because a round now rests on it; part of `open_round`, no right of its own.

    Call it before the round is locked.
    """
    held = lock_scheme(work, scheme_pk)
    if held.locked_at is None:
        held.locked_at = work.now
        held.save(update_fields=["locked_at"])
    return held


def _described(scheme: Scheme) -> dict[str, Any]:
    return {
        "name_zh": scheme.name_zh,
        "name_en": scheme.name_en,
        "note": scheme.note,
        "definition": scheme.definition,
    }
