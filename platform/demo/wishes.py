"""Wishes for bookings that keep every rule of the instrument, so that the real actions take them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from demo.instruments import InstrumentDraft
from demo.people import People
from demo.terms import OPENING, ZONE, local
from instruments.inventory.enums import SharingMode
from instruments.terms.models import BookingPolicy
from members.models import Person

LONGEST_WISH = 360
PURPOSES = {
    "01": (
        "稀土发光材料表征",
        "草原土壤样品分析",
        "催化剂结构测试",
        "饲草营养成分测定",
        "电池正极材料分析",
        "羊肉风味成分研究",
    ),
    "02": ("焊接接头力学性能", "煤样孔隙结构", "粉体粒度检测", "构件疲劳试验"),
    "09": ("队列样本检测", "科研受试者扫描", "认知实验采集"),
    "13": ("气候模型计算", "分子动力学模拟", "古籍扫描", "语音标注"),
}
OTHER_PURPOSES = ("企业产品检测", "课题样品测试", "方法比对", "研究生论文实验")


@dataclass
class Diary:
    """What is already taken, per instrument and station, so that no wish is refused."""

    taken: dict[tuple[int, int], list[tuple[dt.datetime, dt.datetime]]] = field(default_factory=dict)

    def is_free(self, instrument: int, station: int, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether nothing known overlaps [start, end)."""
        return all(end <= a or b <= start for a, b in self.taken.get((instrument, station), ()))

    def take(self, instrument: int, station: int, start: dt.datetime, end: dt.datetime) -> None:
        """Remember [start, end)."""
        self.taken.setdefault((instrument, station), []).append((start, end))


def wish(
    rng: Random,
    draft: InstrumentDraft,
    policy: BookingPolicy,
    day: dt.date,
    *,
    now: dt.datetime,
    closed: set[dt.date],
) -> tuple[dt.datetime, dt.datetime] | None:
    """Draw an interval on that day that keeps policy and opening hours, or None where there is none."""
    windows = OPENING[draft.opening].get(day.weekday(), ())
    if not windows or (day in closed and draft.opening != "always"):
        return None
    opens, closes = rng.choice(windows)
    step = policy.step_minutes
    least = -(-policy.shortest_minutes // step) * step
    most = min(policy.longest_minutes, closes - opens, LONGEST_WISH)
    earliest = now + dt.timedelta(minutes=policy.notice_minutes + 15)
    opens = max(opens, _minutes_of(earliest, day))
    opens = -(-opens // step) * step
    if least > most or opens + least > closes:
        return None
    length = min(rng.randrange(least, most + 1, step), (closes - opens) // step * step)
    start = opens + rng.randrange((closes - opens - length) // step + 1) * step
    return local(day, start), local(day, start + length)


def someone(rng: Random, draft: InstrumentDraft, people: People) -> Person:
    """Draw who wants the instrument; only its own unit's people where it is shared internally."""
    home = draft.unit.row.code
    draw = rng.random()
    if draft.row.sharing_mode == SharingMode.INTERNAL or draw < 0.5:
        return rng.choice(people.users[home])
    if draw < 0.7:
        return rng.choice(people.users[rng.choice([code for code in people.users if code != home])])
    return rng.choice(people.enterprises if draw < 0.92 else people.non_profits)


def purpose(rng: Random, draft: InstrumentDraft) -> str:
    """Draw what for."""
    return rng.choice(purposes_of(draft))


def purposes_of(draft: InstrumentDraft) -> tuple[str, ...]:
    """Return what an instrument of this class is booked for."""
    return PURPOSES.get(draft.template.class_code[:2], OTHER_PURPOSES) + OTHER_PURPOSES[:2]


def _minutes_of(moment: dt.datetime, day: dt.date) -> int:
    """Minutes after that day's local midnight, 0 if the moment lies before it."""
    return max(0, int((moment - dt.datetime.combine(day, dt.time.min, ZONE)).total_seconds() // 60))
