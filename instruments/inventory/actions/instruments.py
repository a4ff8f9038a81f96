"""Actions room: create and change instruments, and change their state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from changes import Work, unchanged
from changes.dependants import CANCEL, NO_CHOICES, Choices, demand_choices, resting_on, settle
from instruments.inventory.actions.facts import keep_facts, keep_first_facts
from instruments.inventory.actions.search import write_search_text
from instruments.inventory.bases import Sharing, Stations
from instruments.inventory.dependants import coming
from instruments.inventory.enums import (
    CarrierKind,
    EquipmentKind,
    Funding,
    InstrumentState,
    RunningState,
    SharingMode,
    Source,
)
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.events import (
    InstrumentAdded,
    InstrumentBackInService,
    InstrumentChanged,
    InstrumentOutOfService,
    InstrumentRetired,
    StateChanged,
)
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import (
    ApplicationField,
    Instrument,
    InstrumentClass,
    InstrumentField,
    InstrumentFunding,
)
from instruments.inventory.queries.inventory import next_code
from instruments.inventory.rules.out_of_service import is_out
from instruments.inventory.rules.record import MOST_FIELDS, MOST_FUNDS, inside_the_region, too_long
from members.models import MemberUnit, Region
from members.permissions import require

EVENTS: dict[InstrumentState, type[StateChanged]] = {
    InstrumentState.IN_SERVICE: InstrumentBackInService,
    InstrumentState.UNDER_REPAIR: InstrumentOutOfService,
    InstrumentState.SUSPENDED: InstrumentOutOfService,
    InstrumentState.RETIRED: InstrumentRetired,
}


@dataclass(frozen=True, kw_only=True)
class InstrumentData:
    """The record of an instrument as its custodian gives it; `fields` in order of weight, values in yuan.

    An empty code asks for the next free one of the unit. The state is not part of it: see change_state.
    """

    unit: MemberUnit
    code: str = ""
    inner_id: str
    name_zh: str
    name_en: str = ""
    instrument_class: InstrumentClass
    fields: tuple[ApplicationField, ...]
    funding: tuple[str, ...] = (Funding.OWN.value,)
    original_value: Decimal
    started_on: dt.date
    region: Region
    carrier_kind: int = CarrierKind.NONE.value
    carrier_name: str = ""
    source: str = Source.PURCHASED.value
    customs_supervised: bool = False
    country: str = ""
    manufacturer: str = ""
    equipment_kind: str = EquipmentKind.GENERAL.value
    model: str = ""
    technical: str = ""
    functions: str = ""
    description_zh: str = ""
    description_en: str = ""
    department: str = ""
    services: str = ""
    achievements: str = ""
    running_state: str = RunningState.NORMAL.value
    sharing_mode: str = SharingMode.EXTERNAL.value
    requirements: str = ""
    fee_note: str = ""
    service_url: str = ""
    address: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    postal_address: str = ""
    postal_code: str = ""
    joined_on: dt.date = field(default_factory=timezone.localdate)
    station_count: int = 1


_NO_LONGER_SHARED = gettext_lazy("The instrument is now shared with fewer people.")
_FEWER_STATIONS = gettext_lazy("The instrument has fewer stations now.")
LINKS = frozenset({"fields", "funding"})
COLUMNS = tuple(item.name for item in fields(InstrumentData) if item.name not in LINKS)


def create_instrument(work: Work, data: InstrumentData) -> Instrument:
    """Create an instrument in service; upper rooms give it the usual booking policy and week.

    Officers, and managers of the unit. Raises NotAllowed, InvalidInstrument (all wrong fields at once).
    """
    unit = work.lock_one(MemberUnit.objects.all(), data.unit.pk)
    require(work.actor, "create_instrument", unit)
    instrument = Instrument(state=InstrumentState.IN_SERVICE)
    _fill(instrument, data)
    instrument.code = instrument.code or next_code(unit)
    _check(instrument, data, {})
    instrument.updated_at, instrument.changed_by = work.now, work.actor
    instrument.save(force_insert=True)
    _link(instrument, data)
    _index(instrument)
    keep_facts(instrument, work.now, entered=True)
    work.emit(InstrumentAdded(target=instrument, after=instrument_state(instrument)))
    return instrument


def change_instrument(
    work: Work,
    instrument: Instrument,
    data: InstrumentData,
    *,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> Instrument:
    """Change the record of an instrument that the person saw at a version. Custodians and officers.

    Code and unit stay for good, since bookings, usage and evaluations name the instrument by them. For each booking
    on a station that would be gone, or of somebody with whom the instrument is no longer shared, somebody says what
    shall happen (`choices`). Raises NotAllowed, StaleVersion, InvalidInstrument (all wrong fields at once), Unresolved.
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_instrument", locked)
    unchanged(locked, seen)
    keep_first_facts(locked)
    before, problems = instrument_state(locked), _fixed(locked, data)
    code = locked.code
    _fill(locked, data)
    locked.code = code
    _check(locked, data, problems)
    _link(locked, data)
    after = instrument_state(locked)
    if after == before:
        return locked
    _touch(work, locked)
    _index(locked)
    keep_facts(locked, work.now)
    _resolve(work, locked, before, choices)
    changed = {name for name in after if after[name] != before[name]}
    work.emit(
        InstrumentChanged(
            target=locked,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )
    )
    return locked


def change_state(
    work: Work,
    instrument: Instrument,
    state: str,
    *,
    note: str = "",
    back_on: dt.date | None = None,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> Instrument:
    """Put an instrument in or out of service. Custodians and officers.

    Anything but "in service" asks for a note; `back_on` is the first day on which it is expected to work again. For
    each booking that falls into the time out of service somebody says what shall happen (`choices`, by key); of an
    instrument that is retired all are cancelled. Their people are told.
    Raises NotAllowed, StaleVersion, InvalidInstrument, Unresolved. The same state and note again change nothing.
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "change_instrument_state", locked)
    unchanged(locked, seen)
    wanted = _known_state(state)
    note = note.strip()
    out = wanted != InstrumentState.IN_SERVICE
    if not out or wanted == InstrumentState.RETIRED:
        back_on = None
    problems: dict[str, list[str]] = {}
    if out and not note:
        problems["note"] = [_("Say in a few words why.")]
    if len(note) > 200:
        problems["note"] = [_("Use at most 200 characters.")]
    if back_on not in {None, locked.back_on} and back_on <= timezone.localdate(work.now):
        problems["back_on"] = [_("This day is over or has begun; name a later one.")]
    if problems:
        raise InvalidInstrument(problems)
    before = {"state": locked.state, "state_note": locked.state_note, "back_on": locked.back_on}
    after = {"state": wanted.value, "state_note": note, "back_on": back_on}
    if after == before:
        return locked
    retired = wanted == InstrumentState.RETIRED
    hits = [
        replace(one, choices=(CANCEL,)) if retired else one
        for one in coming(locked, work.now)
        if one.is_use
        and is_out(wanted, back_on, one.start)
        and (retired or not is_out(locked.state, locked.back_on, one.start))
    ]
    demand_choices(hits, choices, field="state")
    keep_first_facts(locked)
    locked.state, locked.state_note, locked.back_on = wanted, note, back_on
    _touch(work, locked)
    locked.save(update_fields=["state", "state_note", "back_on", "version", "updated_at", "changed_by"])
    keep_facts(locked, work.now)
    work.emit(EVENTS[wanted](target=locked, before=before, after=after))
    settle(work, hits, choices, note)
    return locked


def save_record(
    work: Work,
    instrument: Instrument,
    data: InstrumentData,
    *,
    state: str,
    note: str,
    back_on: dt.date | None = None,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> Instrument:
    """Change record and state as one change. Raises what `change_instrument` and `change_state` raise."""
    changed = change_instrument(work, instrument, data, choices=choices, seen=seen)
    return change_state(work, changed, state, note=note, back_on=back_on, choices=choices)


def instrument_state(instrument: Instrument) -> dict[str, Any]:
    """Return what the history keeps of an instrument."""
    kept: dict[str, Any] = {name: getattr(instrument, name) for name in COLUMNS}
    kept["unit"] = instrument.unit.code
    kept["region"] = instrument.region.code
    kept["instrument_class"] = instrument.instrument_class.code
    links = InstrumentField.objects.filter(instrument=instrument).order_by("position")
    kept["fields"] = list(links.values_list("field__code", flat=True))
    funds = InstrumentFunding.objects.filter(instrument=instrument).order_by("source")
    kept["funding"] = list(funds.values_list("source", flat=True))
    return kept


def _known_state(state: str) -> InstrumentState:
    try:
        return InstrumentState(state)
    except ValueError:
        raise InvalidInstrument({"state": [_("Choose one of the states offered.")]}) from None


def _resolve(work: Work, instrument: Instrument, before: Mapping[str, Any], choices: Choices) -> None:
    """Do what was chosen for bookings that lose their station, or whose people may no longer book."""
    sharing = []
    if instrument.sharing_mode != before["sharing_mode"]:
        sharing = resting_on(Sharing(instrument, before["sharing_mode"]), work.now)
    stations = []
    if instrument.station_count < before["station_count"]:
        stations = resting_on(Stations(instrument, instrument.station_count), work.now)
    demand_choices([*sharing, *stations], choices, field="sharing_mode" if sharing else "station_count")
    settle(work, sharing, choices, _NO_LONGER_SHARED)
    settle(work, stations, choices, _FEWER_STATIONS)


def _fixed(instrument: Instrument, data: InstrumentData) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if data.code and data.code.strip().upper() != instrument.code:
        problems["code"] = [_("The code of an instrument never changes.")]
    if data.unit.pk != instrument.unit_id:
        problems["unit"] = [_("An instrument stays with its unit. Retire it and let the other unit add it.")]
    return problems


def _fill(instrument: Instrument, data: InstrumentData) -> None:
    for name in COLUMNS:
        value = getattr(data, name)
        setattr(instrument, name, value.strip() if isinstance(value, str) else value)
    instrument.code = instrument.code.upper()


def _check(instrument: Instrument, data: InstrumentData, known: Mapping[str, list[str]]) -> None:
    problems = {name: list(messages) for name, messages in known.items()}

    def wrong(name: str, message: str) -> None:
        problems.setdefault(name, []).append(message)

    texts = {name: value for name in COLUMNS if isinstance(value := getattr(instrument, name), str)}
    for name, limit in too_long(texts).items():
        wrong(name, _("Use at most %(limit)s characters.") % {"limit": limit})
    if not 1 <= len(set(data.fields)) <= MOST_FIELDS or len(set(data.fields)) != len(data.fields):
        wrong("fields", _("Choose one to four different fields."))
    if not 1 <= len(set(data.funding)) <= MOST_FUNDS or not set(data.funding) <= set(Funding.values):
        wrong("funding", _("Choose one to four sources of funds."))
    longitude, latitude = instrument.longitude, instrument.latitude
    if (longitude is None) != (latitude is None):
        wrong("latitude" if latitude is None else "longitude", _("Give both coordinates or none."))
    elif longitude is not None and latitude is not None and not inside_the_region(longitude, latitude):
        wrong("longitude", _("This place lies outside Inner Mongolia (97 to 126.1° E, 37.4 to 53.4° N)."))
    if instrument.started_on > timezone.localdate():
        wrong("started_on", _("This day is still to come."))
    try:
        instrument.full_clean(exclude=set(problems))
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            for message in messages:
                wrong("inner_id" if name == "__all__" else name, message)
    if problems:
        raise InvalidInstrument(problems)


def _link(instrument: Instrument, data: InstrumentData) -> None:
    wanted = [field.pk for field in data.fields]
    links = InstrumentField.objects.filter(instrument=instrument)
    if list(links.order_by("position").values_list("field_id", flat=True)) != wanted:
        links.delete()
        InstrumentField.objects.bulk_create(
            InstrumentField(instrument=instrument, field=row, position=position)
            for position, row in enumerate(data.fields, 1)
        )
    funds = InstrumentFunding.objects.filter(instrument=instrument)
    if set(funds.values_list("source", flat=True)) != set(data.funding):
        funds.delete()
        InstrumentFunding.objects.bulk_create(
            InstrumentFunding(instrument=instrument, source=source) for source in sorted(set(data.funding))
        )


def _index(instrument: Instrument) -> None:
    write_search_text(instrument)
    instrument.save()


def _touch(work: Work, instrument: Instrument) -> None:
    instrument.version += 1
    instrument.updated_at, instrument.changed_by = work.now, work.actor
