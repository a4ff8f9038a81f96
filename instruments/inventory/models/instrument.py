"""An instrument with the fields of the national record, its fields, funds and stewards."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from changes.remembered import Given
from instruments.inventory.enums import (
    CarrierKind,
    EquipmentKind,
    Funding,
    InstrumentState,
    RunningState,
    SharingMode,
    Source,
)
from instruments.inventory.models.deputy import Deputy
from instruments.inventory.rules.record import TEXT_LIMITS
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from members.models.dated import Dated, DatedQuerySet, dates_in_order

MOST_STATIONS = 50
"""Places on one instrument that can be booked apart; free times are worked out for each."""


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    """Chainable filters."""

    def public(self) -> InstrumentQuerySet:
        """Instruments of the public catalogue: openly shared and not retired."""
        return self.exclude(sharing_mode=SharingMode.NOT_SHARED).exclude(state=InstrumentState.RETIRED)


class Instrument(models.Model):
    """One large instrument (单台套科学仪器设备); limits follow the national record, type 4."""

    code = models.CharField(
        _("code"),
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Z0-9][A-Z0-9-]{2,29}$", _("Use 3 to 30 capital letters, digits and hyphens.")
            )
        ],
    )
    unit = models.ForeignKey(
        "members.MemberUnit",
        verbose_name=_("owning unit"),
        on_delete=models.PROTECT,
        related_name="instruments",
    )
    inner_id = models.CharField(_("number in the unit"), max_length=50)
    name_zh = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    carrier_kind = models.PositiveSmallIntegerField(
        _("kind of carrier"), choices=CarrierKind.choices, default=CarrierKind.NONE
    )
    carrier_name = models.CharField(_("name of carrier"), max_length=100, blank=True)
    instrument_class = models.ForeignKey(
        "instruments.InstrumentClass",
        verbose_name=_("class"),
        on_delete=models.PROTECT,
        related_name="instruments",
    )
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.PURCHASED)
    customs_supervised = models.BooleanField(_("under customs supervision"), default=False)
    original_value = models.DecimalField(
        _("original value (yuan)"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )
    country = models.CharField(_("country of origin"), max_length=50, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=100, blank=True)
    started_on = models.DateField(_("put to use on"))
    equipment_kind = models.CharField(
        _("kind of equipment"), max_length=7, choices=EquipmentKind.choices, default=EquipmentKind.GENERAL
    )
    model = models.CharField(_("model"), max_length=100, blank=True)
    technical = models.TextField(_("technical specification"), max_length=500, blank=True)
    functions = models.TextField(_("main functions"), max_length=300, blank=True)
    description_zh = models.TextField(_("in plain words (Chinese)"), max_length=500, blank=True)
    description_en = models.TextField(_("in plain words (English)"), max_length=1000, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    services = models.TextField(_("services"), max_length=200, blank=True)
    achievements = models.TextField(_("typical results"), max_length=500, blank=True)
    running_state = models.CharField(
        _("running state"), max_length=20, choices=RunningState.choices, default=RunningState.NORMAL
    )
    sharing_mode = models.CharField(
        _("sharing mode"), max_length=10, choices=SharingMode.choices, default=SharingMode.EXTERNAL
    )
    requirements = models.TextField(_("rules for users"), max_length=500, blank=True)
    fee_note = models.TextField(_("note on fees"), max_length=500, blank=True)
    service_url = models.URLField(_("booking address elsewhere"), max_length=150, blank=True)
    region = models.ForeignKey(
        "members.Region",
        verbose_name=_("league or city"),
        on_delete=models.PROTECT,
        related_name="instruments",
    )
    address = models.CharField(_("place"), max_length=100, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=20, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), max_length=50, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=6, blank=True)
    joined_on = models.DateField(_("in the network since"), default=timezone.localdate)
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=12,
        choices=InstrumentState.choices,
        default=InstrumentState.IN_SERVICE,
    )
    state_note = models.CharField(_("note on the state"), max_length=200, blank=True)
    back_on = models.DateField(
        _("expected back in service on"),
        null=True,
        blank=True,
        help_text=_("Bookings from this day on stay as they are."),
    )
    station_count = models.PositiveSmallIntegerField(
        _("stations"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_STATIONS)]
    )
    is_linked = models.BooleanField(_("used together with others"), default=False, editable=False)
    """Whether it goes with others, or others with it; kept beside the links, so that most ask for none."""
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(_("last changed"), default=timezone.now)
    changed_by = models.ForeignKey(
        "members.Person",
        verbose_name=_("last changed by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    search_text = models.TextField(default="", editable=False)
    grams = models.TextField(default="", editable=False)
    fields = models.ManyToManyField(
        "instruments.ApplicationField",
        through="instruments.InstrumentField",
        verbose_name=_("application fields"),
        related_name="instruments",
    )
    stewards = models.ManyToManyField(
        "members.Person",
        through="instruments.Stewardship",
        verbose_name=_("stewards"),
        related_name="kept_instruments",
    )

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "inner_id"], name="inner_id_once_per_unit"),
            models.CheckConstraint(
                condition=models.Q(original_value__gte=0), name="instrument_value_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(station_count__gte=1), name="instrument_has_a_station"),
            models.CheckConstraint(
                condition=models.Q(station_count__lte=MOST_STATIONS), name="instrument_stations_bounded"
            ),
            models.CheckConstraint(
                condition=models.Q(sharing_mode__in=SharingMode.values), name="instrument_sharing_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=InstrumentState.values), name="instrument_state_known"
            ),
            *(
                models.CheckConstraint(
                    condition=LessThanOrEqual(Length(name), limit), name=f"instrument_{name}_length"
                )
                for name, limit in TEXT_LIMITS.items()
            ),
        ]
        indexes = [
            models.Index(fields=["sharing_mode", "state", "code"], name="instrument_catalogue"),
            models.Index(fields=["unit", "code"], name="instrument_unit_code"),
            # What units share is counted from the index alone.
            models.Index(
                fields=["unit"],
                condition=~models.Q(sharing_mode=SharingMode.NOT_SHARED)
                & ~models.Q(state=InstrumentState.RETIRED),
                name="instrument_shared_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class InstrumentField(models.Model):
    """One of the one to four fields of an instrument; position 1 is the main one."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="field_links")
    field = models.ForeignKey("instruments.ApplicationField", on_delete=models.PROTECT, related_name="links")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["instrument", "position"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "field"], name="field_once_per_instrument"),
            models.UniqueConstraint(fields=["instrument", "position"], name="field_position_once"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=4), name="at_most_four_fields"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.position} {self.field_id}"


class InstrumentFunding(models.Model):
    """One of the up to four sources of purchase money."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="funding")
    source = models.CharField(_("source of funds"), max_length=8, choices=Funding.choices)

    class Meta:
        ordering = ["instrument", "source"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "source"], name="funding_once_per_instrument"),
            models.CheckConstraint(condition=models.Q(source__in=Funding.values), name="funding_known"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.source}"


class StewardshipQuerySet(DatedQuerySet["Stewardship"]):
    """Filters of stewardships."""

    def on(self, day: dt.date | Given) -> StewardshipQuerySet:
        """Those valid on a day; who is no longer a steward in the unit keeps nothing of it."""
        role = UnitRole.objects.on(day).filter(
            person=models.OuterRef("person"),
            unit=models.OuterRef("instrument__unit"),
            kind=UnitRoleKind.STEWARD,
        )
        return super().on(day).filter(models.Exists(role)).order_by()

    def kept_by(self, person: Person, day: dt.date) -> StewardshipQuerySet:
        """Those by which a person keeps instruments on a day: their own, and those of whom they stand in for."""
        stands_in = Deputy.objects.on(day).filter(
            deputy=person, person=models.OuterRef("person"), unit=models.OuterRef("instrument__unit")
        )
        return self.on(day).filter(models.Q(person=person) | models.Exists(stands_in))


class Stewardship(Dated):
    """A person keeps an instrument (机组人员) in [valid_from, valid_to)."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="stewardships")
    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="stewardships",
    )
    objects = StewardshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("stewardship")
        verbose_name_plural = _("stewardships")
        ordering = ["instrument", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "person"],
                condition=models.Q(valid_to=None),
                name="one_open_stewardship",
            ),
            dates_in_order("stewardship_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.instrument}"
