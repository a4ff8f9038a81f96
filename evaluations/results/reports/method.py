"""How a round was judged, as a chapter of a report."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations.results.reports.naming import language, name_of
from evaluations.rounds.models import Round
from evaluations.schemes.wording.schemes import scheme_words
from evaluations.scoring.definition import SchemeDefinition
from reporting.document import Column, Kind, Note, Paragraph, Section, Table


def method_section(round_: Round, definition: SchemeDefinition) -> Section:
    """The scheme in words: note, indicators, scope, grade rule, award rule."""
    words = scheme_words(round_.scheme, definition, language())
    columns = (
        Column(_("Indicator"), Kind.TEXT, 4),
        Column(pgettext("points to be had", "Points"), Kind.DECIMAL, 1),
        Column(_("Measured by"), Kind.TEXT, 4),
        Column(_("Rule"), Kind.TEXT, 5),
    )
    body = tuple(
        (
            name_of(line.indicator),
            line.indicator.points,
            line.measured or str(line.source),
            "" if line.indicator.is_group else line.rule,
        )
        for line in words.tree
    )
    grades = tuple((str(line.grade.label), line.rule, line.quota) for line in words.grades)
    blocks: list[Paragraph | Note | Table] = []
    if words.note:
        blocks.append(Note(words.note))
    blocks.append(Table(_("Indicators"), columns, body, levels=tuple(line.level for line in words.tree)))
    blocks += [Paragraph(sentence) for sentence in words.scope]
    blocks.append(
        Table(
            _("Grade rule"),
            (
                Column(_("Grade"), Kind.TEXT, 2),
                Column(pgettext("total", "Score"), Kind.TEXT, 3),
                Column(_("Quota"), Kind.TEXT, 3),
            ),
            grades,
        )
    )
    if words.tie_break:
        blocks.append(Paragraph(_("Equal scores are ranked by “%(name)s”.") % {"name": words.tie_break}))
    blocks += [Paragraph(_("Fails outright: %(rule)s.") % {"rule": rule}) for rule in words.fail_rules]
    blocks += [Paragraph(sentence) for sentence in words.awards]
    return Section(_("Method"), tuple(blocks), new_page=True)
