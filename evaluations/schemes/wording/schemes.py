"""A scheme in words: its indicators with their rules, its scope, its grades, its awards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display.formats import is_chinese, money
from evaluations.enums import ObjectKind
from evaluations.schemes.enums import Grade
from evaluations.schemes.models import Scheme
from evaluations.schemes.wording.figures import measure_of, measured, metric_name, plain, source_of
from evaluations.schemes.wording.formulas import AVERAGED, rule_of
from evaluations.scoring.definition import (
    AT_MOST,
    GRADES,
    PERCENT,
    AwardRule,
    FailRule,
    GradeRule,
    Indicator,
    SchemeDefinition,
)
from instruments.inventory.enums import Funding
from members.enums import UnitKind

SHARED_BY: dict[str, Sentence] = {
    "score": pgettext_lazy("points reached", "score"),
    "external_hours": _("external hours"),
    "score_x_external_hours": _("score × external hours"),
    "equal": _("equal parts"),
}


@dataclass(frozen=True)
class TreeLine:
    """One indicator of the tree in words."""

    indicator: Indicator
    level: int
    source: Sentence
    measured: str
    rule: str


@dataclass(frozen=True)
class GradeLine:
    """One grade: its cut-off and quota in words, its base sum and weight in the award."""

    grade: Grade
    rule: str
    quota: str


@dataclass(frozen=True)
class SchemeWords:
    """The whole scheme in words."""

    note: str
    tree: tuple[TreeLine, ...]
    scope: tuple[str, ...]
    grades: tuple[GradeLine, ...]
    tie_break: str
    fail_rules: tuple[str, ...]
    awards: tuple[str, ...]


def scheme_words(scheme: Scheme, definition: SchemeDefinition, language: str) -> SchemeWords:
    """Put a scheme into words in the reader's language; no query."""
    rule = definition.grade_rule
    return SchemeWords(
        note=note_of(scheme, language),
        tree=tuple(_tree_line(i, level, language) for i, _parent, level in definition.walk()),
        scope=tuple(_scope(definition)),
        grades=tuple(_grade(grade, rule) for grade in GRADES),
        tie_break=_named(definition.indicator(rule.tie_break), language) if rule.tie_break else "",
        fail_rules=tuple(_fail(fail, definition, language) for fail in rule.fail_rules),
        awards=tuple(_award(definition.award_rule))
        if definition.award_rule is not None and definition.object_kind == ObjectKind.UNIT
        else (),
    )


def note_of(scheme: Scheme, language: str) -> str:
    """The note on what the scheme is modelled on; Chinese first, English after an empty line, if both are given."""
    chinese, gap, english = scheme.note.partition("\n\n")
    return chinese if is_chinese(language) or not gap else english


def _tree_line(indicator: Indicator, level: int, language: str) -> TreeLine:
    measured_by = ""
    if indicator.metric:
        measured_by = f"{metric_name(indicator.metric)}, {AVERAGED[indicator.averaging]}"
        if is_chinese(language):
            measured_by = measured_by.replace(", ", "，")
    return TreeLine(indicator, level, source_of(indicator), measured_by, rule_of(indicator, language))


def _scope(definition: SchemeDefinition) -> list[str]:
    scope = definition.scope
    words: list[str] = []
    if scope.min_value_yuan:
        words.append(
            gettext("Instruments with an original value of at least %(value)s.")
            % {"value": money(scope.min_value_yuan, 0)}
        )
    if scope.funding:
        names = _labels(scope.funding, Funding)
        words.append(gettext("Instruments bought with: %(sources)s.") % {"sources": names})
    if scope.months_on_platform:
        words.append(
            gettext("Instruments on the platform for at least %(months)s months.")
            % {"months": scope.months_on_platform}
        )
    if scope.unit_kinds:
        names = _labels(scope.unit_kinds, UnitKind)
        words.append(gettext("Units of these kinds: %(kinds)s.") % {"kinds": names})
    if scope.min_instruments > 1:
        words.append(
            gettext("Units with at least %(count)s such instruments.") % {"count": scope.min_instruments}
        )
    return words


def _labels(codes: Iterable[str], known: type[TextChoices]) -> str:
    """The names of what a scope asks for; one that was stored before it was checked is named by its code."""
    names = dict(known.choices)
    return ", ".join(str(names.get(code, code)) for code in codes)


def _grade(grade: str, rule: GradeRule) -> GradeLine:
    cut_off = rule.cut_offs.get(grade)
    lowest = min(rule.cut_offs.values())
    words = (
        gettext("%(cut_off)s points or more") % {"cut_off": plain(cut_off)}
        if cut_off is not None
        else gettext("below %(cut_off)s points") % {"cut_off": plain(lowest)}
    )
    quota = rule.quotas.get(grade)
    if quota is None:
        limit = ""
    elif quota.kind == PERCENT:
        limit = gettext("at most %(percent)s%% of those judged") % {"percent": plain(quota.value)}
    else:
        limit = gettext("at most %(count)s") % {"count": plain(quota.value)}
    return GradeLine(Grade(grade), words, limit)


def _fail(fail: FailRule, definition: SchemeDefinition, language: str) -> str:
    if fail.metric:
        what, measure = metric_name(fail.metric), measure_of(fail.metric)
    else:
        what, measure = _named(definition.indicator(fail.indicator), language), ""
    values = {
        "name": _named(fail, language),
        "what": what,
        "value": measured(fail.value, measure) if measure else plain(fail.value),
    }
    if fail.test == AT_MOST:
        return gettext("%(name)s (%(what)s ≤ %(value)s)") % values
    return gettext("%(name)s (%(what)s ≥ %(value)s)") % values


def _award(rule: AwardRule) -> list[str]:
    words = []
    for grade, weight in rule.grade_weights.items():
        values = {
            "grade": str(Grade(grade).label),
            "base": money(rule.base_sums.get(grade, 0) or 0, 0),
            "weight": plain(weight),
        }
        words.append(gettext("%(grade)s: base sum %(base)s, weight %(weight)s in the rest.") % values)
    words.append(
        gettext("The rest of the budget is divided by weight × %(by)s, to the fen by largest remainder.")
        % {"by": str(SHARED_BY[rule.share_by])}
    )
    if rule.cap is not None:
        words.append(
            gettext("No unit gets more than %(cap)s; what it cannot take goes to the others.")
            % {"cap": money(rule.cap, 0)}
        )
    return words


def _named(named: Any, language: str) -> str:
    return str(named.name_zh if is_chinese(language) else named.name_en)
