"""Forms room: what belongs into each column of the national record, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

HELP: Mapping[str, Promise] = {
    "inner_id": _("The asset number under which the unit keeps it; once per unit."),
    "name_zh": _("The full name as on the purchase contract, without the model."),
    "name_en": _("As on the maker's plate."),
    "instrument_class": _("The deepest class that fits; others find the instrument by it."),
    "field_1": _("The field in which it is used most."),
    "field_2": _("Leave empty what does not apply; each field once."),
    "model": _("Maker's designation, such as D8 ADVANCE."),
    "manufacturer": _("The maker, not the dealer."),
    "country": _("Where it was made."),
    "technical": _(
        "The figures a user chooses by: range, resolution, accuracy; separate them by semicolons."
    ),
    "functions": _("What it measures or makes."),
    "description_zh": _("For readers from other fields: what questions it answers."),
    "description_en": _("The same for readers of English."),
    "department": _("The laboratory or centre that keeps it."),
    "services": _("What others can have done here."),
    "achievements": _("Papers, standards or products it helped to; one sentence each."),
    "original_value": _(
        "The price on the asset register, in yuan; equipment worth 500,000 yuan and more must be shared."
    ),
    "funding": _("Every source that paid a part."),
    "customs_supervised": _("Imported free of duty and still under supervision."),
    "carrier_kind": _("The centre or facility of the national register it belongs to, if any."),
    "carrier_name": _("Needed where there is a carrier."),
    "started_on": _("The day of acceptance."),
    "sharing_mode": _(
        "Shared externally: everybody finds and books it. Internally: people of the unit only."
    ),
    "running_state": _("As the national register asks for it."),
    "station_count": _("How many people can use it at the same time; most have 1."),
    "requirements": _("What users must bring, know or sign before they come."),
    "fee_note": _("What the price per hour leaves open, such as consumables."),
    "service_url": _("Only where it is booked in another system."),
    "region": _("Where it stands, not where the unit has its seat."),
    "address": _("Campus, building and room."),
    "longitude": _("Degrees east, five places, such as 111.68210."),
    "latitude": _("Degrees north, five places, such as 40.81280."),
    "contact_name": _("Whom users ask."),
    "postal_code": _("Six digits."),
}


def explain(name: str, field: forms.Field) -> None:
    """Give a field its help: what belongs into it, and how long it may be."""
    parts = [str(HELP[name])] if name in HELP else []
    limit = getattr(field, "max_length", None)
    if limit and name != "code":
        parts.append(_now("At most %(limit)s characters.") % {"limit": limit})
    if parts:
        field.help_text = " ".join(parts)
