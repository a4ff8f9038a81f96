"""Announcements on the home page, of every kind, in both languages."""

from __future__ import annotations

import datetime as dt

from demo.plan import Plan
from demo.terms import local
from notices.models import Announcement, AnnouncementKind

# Kind, days ago, hour, titles and texts.
TEXTS: tuple[tuple[AnnouncementKind, int, int, str, str, str, str], ...] = (
    (
        AnnouncementKind.JOINING,
        2,
        9,
        "新入网一批仪器，含核磁共振波谱仪与高通量测序仪",
        "New instruments have joined, among them an NMR spectrometer and a DNA sequencer",
        "新入网仪器已完成信息核对，可在仪器目录中查询并预约。",
        "The records of the new instruments have been checked; they can be found in the catalogue and booked.",
    ),
    (
        AnnouncementKind.OUTAGE,
        4,
        15,
        "阴山稀土研究院场发射透射电镜年度保养，预计下周恢复",
        "Yearly service of the field-emission TEM at Yinshan Rare Earth Institute, back next week",
        "保养期间不受理预约，已有预约由机组人员逐一联系改期。",
        "No bookings are taken during the service; the stewards will contact everybody who has one.",
    ),
    (
        AnnouncementKind.TRAINING,
        7,
        10,
        "气相色谱质谱上机培训将在通辽举办",
        "Hands-on GC-MS training in Tongliao",
        "培训两天，面向各单位实验人员。报名请联系科尔沁农牧学院机组人员，联系电话见仪器页。",
        "Two days, for laboratory staff of all units. Ask the stewards of Horqin College.",
    ),
    (
        AnnouncementKind.OPENING,
        11,
        9,
        "节假日仪器开放安排请以各仪器页开放时间为准",
        "For holiday opening, see the opening hours on each instrument's page",
        "元旦、劳动节与国庆节期间，多数仪器不开放，全天开放的仪器照常接受预约。",
        "Most instruments are closed on New Year, Labour Day and National Day; those open around the clock stay open.",
    ),
    (
        AnnouncementKind.EVALUATION,
        16,
        9,
        "本年度开放共享评价开始填报，请各单位按时提交",
        "This year's evaluation is open for reporting",
        "请各单位管理员登录后填写自评指标，并核对本年度服务记录。",
        "Managers of units: please report your values and check this year's usage records.",
    ),
    (
        AnnouncementKind.RULES,
        24,
        16,
        "高校院所与企业用户的收费标准可在仪器页直接比较",
        "Prices for universities, institutes and enterprises can be compared on each instrument's page",
        "收费标准由管理单位按成本补偿、非营利原则制定并公布。",
        "Units set and publish their prices to cover cost, not for profit.",
    ),
    (
        AnnouncementKind.OUTAGE,
        33,
        11,
        "昭君信息技术研究院计算集群完成扩容，恢复全天开放",
        "The computing cluster of Zhaojun Information Technology Institute is larger now and open around the clock",
        "扩容期间暂停的机时申请已恢复受理，请在仪器页查看空闲时段。",
        "Requests are taken again; free times are on the instrument's page.",
    ),
)


def write_announcements(plan: Plan) -> None:
    """Write them, dated back from the plan's day."""
    Announcement.objects.bulk_create(
        Announcement(
            kind=kind,
            title_zh=title_zh,
            title_en=title_en,
            body_zh=body_zh,
            body_en=body_en,
            published_at=local(plan.today - dt.timedelta(days=days), hour * 60),
        )
        for kind, days, hour, title_zh, title_en, body_zh, body_en in TEXTS
    )
