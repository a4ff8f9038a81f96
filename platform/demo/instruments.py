"""The invented instruments: drawn from templates to fit each unit's subjects, all 59 fields in use."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from demo import names, texts
from demo.people import People
from demo.plan import Plan, read
from demo.terms import yuan_per_hour
from demo.texts import Template, templates
from demo.units import UnitDraft
from instruments.inventory.enums import (
    CarrierKind,
    EquipmentKind,
    Funding,
    InstrumentState,
    RunningState,
    SharingMode,
    Source,
)
from instruments.inventory.models import Instrument, InstrumentClass
from members.models import Person

DEMO_XRD, DEMO_SEM = "IMU-DEMO-XRD", "IMU-DEMO-SEM"


@dataclass
class InstrumentDraft:
    """One unsaved instrument with its fields, terms, keepers, and how it is used."""

    row: Instrument
    template: Template
    unit: UnitDraft
    fields: list[str]
    funding: list[str]
    opening: str
    approval: bool
    prices: dict[str, Decimal]
    keepers: list[Person] = field(default_factory=list)

    @property
    def is_shared(self) -> bool:
        """Whether the public catalogue shows it."""
        return self.row.sharing_mode != SharingMode.NOT_SHARED and self.row.state != InstrumentState.RETIRED


def draft_instruments(
    plan: Plan, units: list[UnitDraft], people: People, classes: dict[str, InstrumentClass]
) -> list[InstrumentDraft]:
    """Draft all instruments, unsaved; the counts are the plan's to the last one."""
    rng = plan.rng("instruments")
    places = read("places.toml")
    numbers: Counter[str] = Counter()
    drafts: list[InstrumentDraft] = []
    must = {} if plan.size.units else _one_of_each(rng, units)
    for unit in units:
        code = unit.row.code
        wanted = [True] * unit.shared + [False] * unit.hidden
        weights = [_fit(template, unit) for template in templates()]
        if code == "IMU":
            by_key = {template.key: template for template in templates()}
            drafts += [
                _demo(plan, unit, by_key["XRD"], classes, DEMO_XRD),
                _demo(plan, unit, by_key["SEM"], classes, DEMO_SEM),
            ]
            wanted = wanted[2:]
        certain = must.get(code, [])
        drawn = rng.choices(templates(), weights=weights, k=len(wanted) - len(certain))
        for shared, template in zip(wanted, [*certain, *drawn], strict=True):
            numbers[f"{code}-{template.key}"] += 1
            name = f"{code}-{template.key}-{numbers[f'{code}-{template.key}']:03d}"
            drafts.append(_draft(plan, rng, unit, template, classes, code=name, shared=shared))
        _place(rng, unit, drafts, places)
        _give_keepers(rng, [draft for draft in drafts if draft.unit is unit], people)
    _retire(plan, rng, units, drafts, classes)
    if not plan.size.units:
        _use_every_field(rng, [draft for draft in drafts if draft.is_shared])
    return drafts


def _one_of_each(rng: Random, units: list[UnitDraft]) -> dict[str, list[Template]]:
    """Give every template two homes among the larger units, so that none is missing by chance."""
    large = [unit for unit in units if unit.shared >= 30]
    homes: dict[str, list[Template]] = {}
    for template in templates():
        for unit in rng.choices(large, weights=[_fit(template, unit) for unit in large], k=2):
            homes.setdefault(unit.row.code, []).append(template)
    room = {unit.row.code: unit.shared - 2 for unit in large}
    return {code: some[: room[code]] for code, some in homes.items()}


def _fit(template: Template, unit: UnitDraft) -> float:
    hits = len(template.tags & unit.themes)
    return float(template.count * (hits**1.3 if hits else 0.02) / len(template.tags) ** 0.5)


def _draft(
    plan: Plan,
    rng: Random,
    unit: UnitDraft,
    template: Template,
    classes: dict[str, InstrumentClass],
    *,
    code: str,
    shared: bool,
) -> InstrumentDraft:
    name_zh, name_en = rng.choice(template.names)
    drawn = rng.randrange(len(template.models))
    if template.paired:
        place = template.names.index((name_zh, name_en))
        fitting = range(place, len(template.models), len(template.names))
        drawn = fitting[drawn % len(fitting)]
    maker, country, model = template.models[drawn]
    low, high = template.value
    # Most values lie in the lower half of the range, some reach its top; sums end in hundreds of yuan.
    value = Decimal(round((low + (high - low) * rng.random() ** 1.7) * 100)) * 100
    started = dt.date(rng.randrange(plan.today.year - 17, plan.today.year - 1), rng.randrange(1, 13), 15)
    joined = max(
        started + dt.timedelta(days=30),
        dt.date(plan.today.year - rng.randrange(2, 9), rng.randrange(1, 13), 1),
    )
    if rng.random() < 0.015 and plan.today.timetuple().tm_yday > 45:
        started = plan.today - dt.timedelta(days=rng.randrange(20, 40))
        joined = plan.today - dt.timedelta(days=rng.randrange(2, 15))
    mode = SharingMode.NOT_SHARED
    if shared:
        mode = SharingMode.INTERNAL if rng.random() < 0.12 else SharingMode.EXTERNAL
    opening = rng.choices(["office", "noon", "long", "six", "always"], weights=[30, 18, 22, 8, 22])[0]
    approval = rng.random() < 0.62
    state = InstrumentState.IN_SERVICE
    if rng.random() < 0.03:
        state = rng.choice([InstrumentState.UNDER_REPAIR, InstrumentState.SUSPENDED])
    stations = template.stations if template.stations > 1 else rng.choices([1, 2, 3], weights=[94, 5, 1])[0]
    row = Instrument(
        code=code,
        unit=unit.row,
        inner_id=f"{started.year}{rng.randrange(10_000):04d}{code[-3:]}{template.key}",
        name_zh=name_zh,
        name_en=name_en,
        instrument_class=classes[template.class_code],
        source=Source.DEVELOPED if maker == "自主研制" else Source.PURCHASED,
        customs_supervised=country != "中国" and rng.random() < 0.2,
        original_value=value,
        country=country,
        manufacturer=unit.row.short_name + "（自主研制）" if maker == "自主研制" else maker,
        started_on=started,
        equipment_kind=EquipmentKind.SPECIAL
        if template.class_code[:2] in {"05", "06", "07", "08", "12"}
        else EquipmentKind.GENERAL,
        model=model,
        technical=texts.technical_text(template, rng),
        functions=template.functions,
        services=template.services,
        description_zh=template.about_zh,
        description_en=template.about_en,
        requirements=texts.requirements_text(opening, approval, rng),
        achievements=rng.choice(
            ["支撑自治区科技计划项目样品测试。", "参与地方标准样品比对。", "支撑研究生学位论文数据采集。", ""]
        ),
        running_state=RunningState.AWAITING_REPAIR
        if state == InstrumentState.UNDER_REPAIR
        else RunningState.NORMAL,
        sharing_mode=mode,
        state=state,
        state_note={
            InstrumentState.UNDER_REPAIR: "等待更换部件，预计两周内恢复。",
            InstrumentState.SUSPENDED: "实验室搬迁，暂停服务。",
        }.get(state, ""),
        fee_note="按预约时长计费；耗材按实际用量另计。" if shared else "",
        region=unit.row.region,
        joined_on=joined,
        station_count=stations,
        updated_at=dt.datetime.combine(plan.today, dt.time(1), dt.UTC)
        - dt.timedelta(hours=rng.randrange(24, 8000)),
    )
    full = max(20, round(template.rate * rng.uniform(0.75, 1.3) / 10) * 10)
    chosen = _fields(rng, template)
    funding = rng.sample(list(Funding.values), k=rng.choice([1, 1, 1, 2]))
    return InstrumentDraft(row, template, unit, chosen, funding, opening, approval, yuan_per_hour(full))


def _fields(rng: Random, template: Template) -> list[str]:
    main = rng.choices(template.fields, weights=range(len(template.fields) + 1, 1, -1))[0]
    others = [code for code in template.fields if code != main]
    return [
        main,
        *rng.sample(others, k=min(len(others), rng.choices([0, 1, 2, 3], weights=[25, 35, 28, 12])[0])),
    ]


def _demo(
    plan: Plan, unit: UnitDraft, template: Template, classes: dict[str, InstrumentClass], code: str
) -> InstrumentDraft:
    """Draft one of the two instruments whose terms the public contract fixes."""
    rng = plan.rng(code)
    draft = _draft(plan, rng, unit, template, classes, code=code, shared=True)
    row = draft.row
    row.name_zh, row.name_en = template.names[0]
    row.sharing_mode, row.state, row.station_count = SharingMode.EXTERNAL, InstrumentState.IN_SERVICE, 1
    row.state_note, row.running_state = "", RunningState.NORMAL
    row.started_on, row.joined_on = (
        dt.date(plan.today.year - 5, 6, 18),
        dt.date(plan.today.year - 5, 9, 1),
    )
    if code == DEMO_XRD:
        row.manufacturer, row.country, row.model = "布鲁克（Bruker）", "德国", "D8 ADVANCE"
        row.original_value, draft.opening, draft.approval = Decimal("1386000.00"), "long", True
        draft.fields, draft.prices = ["430", "150", "170"], yuan_per_hour(200)
    else:
        row.manufacturer, row.country, row.model = "日立（Hitachi）", "日本", "SU8220"
        row.original_value, draft.opening, draft.approval = Decimal("3215000.00"), "always", False
        draft.fields, draft.prices = ["430", "150", "180", "170"], yuan_per_hour(360)
    row.requirements = texts.requirements_text(draft.opening, draft.approval, rng)
    return draft


def _place(
    rng: Random, unit: UnitDraft, drafts: list[InstrumentDraft], places: dict[str, dict[str, list[str]]]
) -> None:
    region = unit.row.region
    district = rng.choice(places["districts"][region.code])
    lon = region.seat_lon + Decimal(rng.randrange(-6000, 6000)) / 100_000
    lat = region.seat_lat + Decimal(rng.randrange(-4000, 4000)) / 100_000
    for draft in drafts:
        if draft.unit is not unit:
            continue
        row = draft.row
        row.department = rng.choice(places["departments"][unit.row.kind])
        row.carrier_kind = CarrierKind.CENTRE if "中心" in row.department else CarrierKind.NONE
        row.carrier_name = row.department if row.carrier_kind == CarrierKind.CENTRE else "无"
        row.address = (
            f"{region.name_zh}{district}{unit.row.name_zh}{rng.choice('ABCD')}座{rng.randrange(101, 620)}室"
        )
        row.postal_address, row.postal_code = row.address, str(places["post_codes"][region.code])
        row.longitude = lon + Decimal(rng.randrange(-120, 120)) / 100_000
        row.latitude = lat + Decimal(rng.randrange(-120, 120)) / 100_000


def _give_keepers(rng: Random, drafts: list[InstrumentDraft], people: People) -> None:
    """Every instrument has a keeper; the demo stewards keep theirs and a dozen more."""
    code = drafts[0].unit.row.code
    account = {"IMU": "steward", "IMAU": "steward2"}.get(code)
    regular = [person for person in people.stewards[code] if person.email[:7] != "steward"]
    extra = [d for d in drafts if d.is_shared and d.row.state == InstrumentState.IN_SERVICE][:14]
    for position, draft in enumerate(drafts):
        keepers = [regular[position % len(regular)]]
        if rng.random() < 0.25 and len(regular) > 1:
            keepers.append(regular[(position + 1) % len(regular)])
        if account and any(draft is one for one in extra):
            keepers.insert(0, people.accounts[account])
        draft.keepers = keepers
        draft.row.contact_name = keepers[0].display_name[:20]
        draft.row.contact_phone = keepers[0].phone or names.phone(rng)
        draft.row.contact_email = keepers[0].email


def _retire(
    plan: Plan,
    rng: Random,
    units: list[UnitDraft],
    drafts: list[InstrumentDraft],
    classes: dict[str, InstrumentClass],
) -> None:
    """Add a few retired ones beyond the registered; nobody uses them."""
    for number in range(1, plan.size.retired + 1):
        unit = units[number % len(units)]
        template = rng.choice(templates())
        code = f"{unit.row.code}-OLD-{number:03d}"
        draft = _draft(plan, rng, unit, template, classes, code=code, shared=True)
        draft.row.state, draft.row.state_note = InstrumentState.RETIRED, "已报废，留存档案。"
        draft.row.running_state = RunningState.AWAITING_SCRAPPING
        draft.row.started_on = dt.date(plan.today.year - 19, 6, 1)
        draft.row.joined_on = dt.date(plan.today.year - 9, 6, 1)
        draft.keepers = next(one for one in drafts if one.unit is unit).keepers[-1:]
        drafts.append(draft)


def _use_every_field(rng: Random, shared: list[InstrumentDraft]) -> None:
    """Give a field that no shared instrument has, or hardly any, to some that it fits."""
    used = Counter(code for draft in shared for code in draft.fields)
    for code in sorted({code for template in templates() for code in template.fields}):
        fitting = [
            d for d in shared if code in d.template.fields and code not in d.fields and len(d.fields) < 4
        ]
        rng.shuffle(fitting)
        for draft in fitting[: max(0, 3 - used[code])]:
            draft.fields.append(code)
