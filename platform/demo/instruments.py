"""The invented instruments: drawn from templates to fit each unit's subjects, all 59 fields in use."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from demo import names, texts
from demo.people import People
from demo.places import place
from demo.plan import Plan
from demo.terms import draw_opening, yuan_per_hour
from demo.texts import Model, Template, templates
from demo.units import UnitDraft
from instruments.inventory.enums import (
    EquipmentKind,
    Funding,
    InstrumentState,
    RunningState,
    SharingMode,
    Source,
)
from instruments.inventory.models import Instrument, InstrumentClass
from instruments.terms.models import BookingPolicy
from members.models import Person

DEMO_XRD, DEMO_SEM = "IMU-DEMO-XRD", "IMU-DEMO-SEM"
DEMO_PAIR = {DEMO_XRD: ("X射线衍射仪", "D8 ADVANCE"), DEMO_SEM: ("场发射扫描电子显微镜", "SU8220")}
KEPT, RUNNING = 14, 4
OWN = "自主研制"


@dataclass(eq=False)
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
    policy: BookingPolicy = field(default_factory=BookingPolicy)

    @property
    def is_shared(self) -> bool:
        """Whether the public catalogue shows it."""
        return self.row.sharing_mode != SharingMode.NOT_SHARED and self.row.state != InstrumentState.RETIRED


def draft_instruments(
    plan: Plan, units: list[UnitDraft], people: People, classes: dict[str, InstrumentClass]
) -> list[InstrumentDraft]:
    """Draft all instruments, unsaved; the counts are the plan's to the last one."""
    rng = plan.rng("instruments")
    numbers: Counter[str] = Counter()
    drafts: list[InstrumentDraft] = []
    must = {} if plan.size.units else _one_of_each(rng, units)
    for unit in units:
        code = unit.row.code
        wanted = [True] * unit.shared + [False] * unit.hidden
        weights = [_fit(template, unit) for template in templates()]
        if code == "IMU":
            drafts += [_demo(plan, unit, classes, code) for code in (DEMO_XRD, DEMO_SEM)]
            wanted = wanted[2:]
        certain = must.get(code, [])
        drawn = rng.choices(templates(), weights=weights, k=len(wanted) - len(certain))
        for shared, template in zip(wanted, [*certain, *drawn], strict=True):
            numbers[f"{code}-{template.key}"] += 1
            name = f"{code}-{template.key}-{numbers[f'{code}-{template.key}']:03d}"
            drafts.append(_draft(plan, rng, unit, template, classes, code=name, shared=shared))
        own = [draft for draft in drafts if draft.unit is unit]
        place(rng, unit.row, [(draft.row, draft.template) for draft in own])
        _give_keepers(rng, own, people)
    _retire(plan, rng, units, drafts, classes)
    if not plan.size.units:
        _use_every_field(rng, [draft for draft in drafts if draft.is_shared])
    return drafts


def _one_of_each(rng: Random, units: list[UnitDraft]) -> dict[str, list[Template]]:
    """Give every kind a home among the larger units, so that none is missing by chance."""
    large = [unit for unit in units if unit.shared >= 30]
    homes: dict[str, list[Template]] = {}
    for template in templates():
        unit = rng.choices(large, weights=[_fit(template, unit) for unit in large])[0]
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
    model: Model | None = None,
) -> InstrumentDraft:
    model = model or rng.choice(template.models)
    low, high = model.value
    # Most values lie in the lower half of the range, some reach its top; sums end in hundreds of yuan.
    value = Decimal(round((low + (high - low) * rng.random() ** 1.4) * 100)) * 100
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
    opening = draw_opening(rng, template.use)
    approval = rng.random() < 0.62
    state = InstrumentState.IN_SERVICE
    if rng.random() < 0.03:
        state = rng.choice([InstrumentState.UNDER_REPAIR, InstrumentState.SUSPENDED])
    stations = template.stations if template.stations > 1 else rng.choices([1, 2, 3], weights=[94, 5, 1])[0]
    row = Instrument(
        code=code,
        unit=unit.row,
        inner_id=f"{started.year}{rng.randrange(10_000):04d}{code[-3:]}{template.key}",
        name_zh=template.name_zh,
        name_en=template.name_en,
        instrument_class=classes[template.class_code],
        source=Source.DEVELOPED if model.maker == OWN else Source.PURCHASED,
        customs_supervised=model.country != "中国" and rng.random() < 0.2,
        original_value=value,
        country=model.country,
        manufacturer=f"{unit.row.short_name}（{OWN}）" if model.maker == OWN else model.maker,
        started_on=started,
        equipment_kind=EquipmentKind.SPECIAL
        if template.class_code[:2] in {"05", "06", "07", "08", "12"}
        else EquipmentKind.GENERAL,
        model=model.name,
        technical=texts.technical_text(template, model, rng),
        functions=template.functions,
        services=template.services,
        description_zh=template.about_zh,
        description_en=template.about_en,
        requirements=texts.requirements_text(template, opening, rng, approval=approval),
        achievements=rng.choice(
            ["支撑自治区科技计划项目。", "支撑企业联合研发课题。", "支撑研究生学位论文。", ""]
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


def _demo(plan: Plan, unit: UnitDraft, classes: dict[str, InstrumentClass], code: str) -> InstrumentDraft:
    """Draft one of the two instruments whose terms the public contract fixes."""
    name, wanted = DEMO_PAIR[code]
    template = next(one for one in templates() if one.name_zh == name)
    model = next(one for one in template.models if one.name == wanted)
    rng = plan.rng(code)
    draft = _draft(plan, rng, unit, template, classes, code=code, shared=True, model=model)
    row = draft.row
    row.sharing_mode, row.state, row.station_count = SharingMode.EXTERNAL, InstrumentState.IN_SERVICE, 1
    row.state_note, row.running_state = "", RunningState.NORMAL
    row.started_on, row.joined_on = (dt.date(plan.today.year - 5, 6, 18), dt.date(plan.today.year - 5, 9, 1))
    if code == DEMO_XRD:
        row.original_value, draft.opening, draft.approval = Decimal("1386000.00"), "long", True
        draft.fields, draft.prices = ["430", "150", "170"], yuan_per_hour(200)
    else:
        row.original_value, draft.opening, draft.approval = Decimal("3215000.00"), "always", False
        draft.fields, draft.prices = ["430", "150", "180", "170"], yuan_per_hour(360)
    row.requirements = texts.requirements_text(template, draft.opening, rng, approval=draft.approval)
    return draft


def _give_keepers(rng: Random, drafts: list[InstrumentDraft], people: People) -> None:
    """Every instrument has a keeper; the demo stewards keep theirs and a dozen more."""
    code = drafts[0].unit.row.code
    account = {"IMU": "steward", "IMAU": "steward2"}.get(code)
    regular = [person for person in people.stewards[code] if person.email[:7] != "steward"]
    extra = [d for d in drafts if d.is_shared and d.row.state == InstrumentState.IN_SERVICE]
    # Some run over night and some are open on Saturdays, so that the desk has something on a weekend too.
    running = [draft for draft in extra if not draft.template.is_attended]
    sitting = [draft for draft in extra if draft.template.is_attended]
    sitting.sort(key=lambda draft: draft.row.code not in DEMO_PAIR and draft.opening != "six")
    extra = running[:RUNNING] + sitting[: KEPT - len(running[:RUNNING])]
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
