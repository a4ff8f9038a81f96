"""The schemes that come with the system, as files in `evaluations/presets/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluations.scoring.definition import SchemeDefinition
from evaluations.scoring.parsing import parse_scheme

FOLDER = Path(__file__).resolve().parent.parent / "presets"
INNER_MONGOLIA = "inner_mongolia_example"
MINISTRY_OF_EDUCATION = "moe_2000"


@dataclass(frozen=True)
class Preset:
    """A ready scheme: names, a note that says what it is modelled on, its data and the parsed definition."""

    code: str
    name_zh: str
    name_en: str
    note_zh: str
    note_en: str
    data: dict[str, Any]
    definition: SchemeDefinition


def preset_codes() -> tuple[str, ...]:
    """The codes of all presets."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def load_preset(code: str) -> Preset:
    """One preset. Raises KeyError if there is none of that code."""
    if code not in preset_codes():
        raise KeyError(code)
    stored = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    return Preset(
        code=code,
        name_zh=stored["name_zh"],
        name_en=stored["name_en"],
        note_zh=stored["note_zh"],
        note_en=stored["note_en"],
        data=stored["definition"],
        definition=parse_scheme(stored["definition"]),
    )


def load_presets() -> tuple[Preset, ...]:
    """All presets, by code."""
    return tuple(load_preset(code) for code in preset_codes())
