"""Pure formatting: a value and a language in, the reader's text out. Knows no Django and no domain word."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from folding.times import LOCAL

NOTHING = "–"
MINUS = "−"
BETWEEN_DAYS = " – "
WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
THOUSAND = Decimal(1_000)
MILLION = Decimal(1_000_000)
HOUR = 60
DAY = 24 * HOUR

Number = Decimal | int


def is_chinese(language: str | None) -> bool:
    """Tell whether this language code means Chinese; no code means the default, Chinese."""
    return language is None or language.lower().startswith("zh")


def rounded(value: Number, places: int) -> Decimal:
    """Round half up to the given number of decimal places; refuses binary floats with TypeError."""
    if isinstance(value, float):
        raise TypeError("Hours and money are Decimal, never float.")
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def grouped(value: Number, places: int = 0) -> str:
    """Write a number with thousands commas and a real minus sign: 1862.5 -> "1,862.5"."""
    figure = rounded(value, places)
    sign = MINUS if figure < 0 else ""
    return f"{sign}{abs(figure):,.{places}f}"


def trimmed(value: Number, places: int) -> str:
    """Like `grouped`, without zeros at the end of the decimals: 2.50 -> "2.5", 4.0 -> "4"."""
    text = grouped(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Number | None) -> str:
    """Write a count; four digits stay together, longer ones are grouped: "1347", "186,420"."""
    if value is None:
        return NOTHING
    text = grouped(value, 0)
    return text.replace(",", "") if abs(rounded(value, 0)) < WAN else text


def hours(value: Number | None, places: int = 1) -> str:
    """Write hours without the unit, decimals fixed so that columns line up: "1,862.5"."""
    return NOTHING if value is None else grouped(value, places)


def money(value: Number | None, places: int = 2) -> str:
    """Write an amount in yuan, to the fen unless told otherwise: "¥1,234.00"."""
    if value is None:
        return NOTHING
    figure = rounded(value, places)
    sign = MINUS if figure < 0 else ""
    return f"{sign}¥{abs(figure):,.{places}f}"


def money_short(value: Number | None, language: str | None) -> str:
    """Write a large amount in yuan in the reader's units: "138.6 万元" in Chinese, "¥1.39M" in English."""
    if value is None:
        return NOTHING
    amount = Decimal(value)
    size = abs(amount)
    if is_chinese(language):
        if size >= YI:
            return f"{trimmed(amount / YI, 2)} 亿元"
        if size >= WAN:
            return f"{trimmed(amount / WAN, 2)} 万元"
        return f"{trimmed(amount, 2)} 元"
    sign = MINUS if amount < 0 else ""
    if size >= MILLION:
        return f"{sign}¥{trimmed(size / MILLION, 2)}M"
    if size >= THOUSAND:
        return f"{sign}¥{trimmed(size / THOUSAND, 1)}k"
    return f"{sign}¥{trimmed(size, 2)}"


def percent(ratio: Number | None, places: int = 1) -> str:
    """Write a ratio (0.8125) as a percentage ("81.3%"), rounded half up."""
    return NOTHING if ratio is None else f"{grouped(Decimal(ratio) * 100, places)}%"


def minutes(value: int | None, language: str | None) -> str:
    """Write a length given in minutes: "45 分钟", "2.5 小时", "1 小时 35 分钟"; "2.5 h" in English."""
    if value is None:
        return NOTHING
    chinese = is_chinese(language)
    if value >= 2 * DAY and value % DAY == 0:
        return f"{value // DAY} 天" if chinese else f"{value // DAY} days"
    minute_word, hour_word = ("分钟", "小时") if chinese else ("min", "h")
    if value < HOUR:
        return f"{value} {minute_word}"
    whole, rest = divmod(value, HOUR)
    if rest in {0, HOUR // 2}:
        return f"{whole}{'.5' if rest else ''} {hour_word}"
    return f"{whole} {hour_word} {rest} {minute_word}"


def local(moment: datetime) -> datetime:
    """Give an aware moment in the zone of our people; a naive one raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown.")
    return moment.astimezone(LOCAL)


def local_day(value: date | datetime) -> date:
    """Give the calendar day, in the zone of our people, of a moment or a day."""
    return local(value).date() if isinstance(value, datetime) else value


def clock(moment: datetime | None) -> str:
    """Write the time of day: "14:00"."""
    return NOTHING if moment is None else f"{local(moment):%H:%M}"


def local_date(value: date | datetime | None, language: str | None) -> str:
    """Write a day: "2026-11-25" in Chinese, "25 Nov 2026" in English."""
    if value is None:
        return NOTHING
    day = local_day(value)
    return day.isoformat() if is_chinese(language) else f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def local_datetime(moment: datetime | None, language: str | None) -> str:
    """Write a moment: "2026-11-25 14:00" in Chinese, "25 Nov 2026, 14:00" in English."""
    if moment is None:
        return NOTHING
    joint = " " if is_chinese(language) else ", "
    return f"{local_date(moment, language)}{joint}{clock(moment)}"


def weekday(value: date | datetime, language: str | None) -> str:
    """Write the weekday: "周三", "Wed"."""
    names = WEEKDAYS_ZH if is_chinese(language) else WEEKDAYS_EN
    return names[local_day(value).weekday()]


def month_name(value: date | datetime, language: str | None) -> str:
    """Write the month: "11月", "Nov"."""
    day = local_day(value)
    return f"{day.month}月" if is_chinese(language) else MONTHS_EN[day.month - 1]


def clock_range(start: datetime, end: datetime, language: str | None) -> str:
    """Write an interval by its clock alone: "14:00–16:30"; past midnight "22:00–次日 02:00", "22:00–02:00 (+1)"."""
    first, last = local(start), local(end)
    days = (last.date() - first.date()).days
    if days == 1 and (last.hour, last.minute) == (0, 0):
        return f"{first:%H:%M}–24:00"
    if days == 1 and is_chinese(language):
        return f"{first:%H:%M}–次日 {last:%H:%M}"
    return f"{first:%H:%M}–{last:%H:%M}" + (f" (+{days})" if days else "")


def short_day(value: date | datetime, language: str | None, today: date) -> str:
    """Write day and weekday, with the year only when it is not today's: "11月25日 周三", "Wed 25 Nov"."""
    day = local_day(value)
    same_year = day.year == today.year
    if is_chinese(language):
        return f"{'' if same_year else f'{day.year}年'}{day.month}月{day.day}日 {weekday(day, language)}"
    text = f"{weekday(day, language)} {day.day} {MONTHS_EN[day.month - 1]}"
    return text if same_year else f"{text} {day.year}"


def short_moment(moment: datetime, language: str | None, today: date) -> str:
    """Write a moment for a sentence: "11月25日 周三 14:00", "Wed 25 Nov 14:00"."""
    return f"{short_day(moment, language, today)} {clock(moment)}"


def day_month(value: date | datetime, language: str | None) -> str:
    """Write a day of a running list without its year: "11-25", "25 Nov"."""
    day = local_day(value)
    return f"{day:%m-%d}" if is_chinese(language) else f"{day.day} {MONTHS_EN[day.month - 1]}"


def time_range(start: datetime, end: datetime, language: str | None, today: date) -> str:
    """Write a half-open interval: "11月25日 周三 14:00–16:30"; an end at midnight is 24:00 of the day before."""
    first, last = local(start), local(end)
    head = f"{short_day(first, language, today)} {first:%H:%M}"
    if last.date() == first.date():
        return f"{head}–{last:%H:%M}"
    if last.date() == first.date() + timedelta(days=1) and (last.hour, last.minute) == (0, 0):
        return f"{head}–24:00"
    return f"{head}{BETWEEN_DAYS}{short_day(last, language, today)} {last:%H:%M}"
