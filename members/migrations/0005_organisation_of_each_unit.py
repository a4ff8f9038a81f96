"""Each member unit there is gets the organisation that it is."""

import re
import unicodedata

from django.db import migrations

_SIGNS = str.maketrans(
    dict.fromkeys("[{<\u3008\u300a\u3010\u3014\u3016", "(")
    | dict.fromkeys("]}>\u3009\u300b\u3011\u3015\u3017", ")")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00b7\u2022\u2027\u22c5\u30fb", "\u00b7")
)
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def fold_name(text):
    """Fold as the platform does at this migration."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = _SELECTORS.sub("", plain.translate(_SIGNS))
    kept = "".join(mark for mark in plain if unicodedata.category(mark) not in _UNSEEN)
    return (kept or text.strip())[:400]


def write(apps, _editor):
    """Make one row a unit; of two units whose names fold to the same text, the later keeps its code beside it."""
    Organisation = apps.get_model("members", "Organisation")
    taken = set(Organisation.objects.filter(unit__isnull=False).values_list("folded", flat=True))
    known = set(Organisation.objects.filter(unit__isnull=False).values_list("unit_id", flat=True))
    for unit in apps.get_model("members", "MemberUnit").objects.order_by("pk"):
        if unit.pk in known:
            continue
        folded = fold_name(unit.name_zh)
        if folded in taken:
            folded = f"{folded}#{unit.code}"[-400:]
        taken.add(folded)
        Organisation.objects.create(
            unit=unit,
            name_zh=unit.name_zh,
            name_en=unit.name_en,
            kind=unit.kind,
            region_id=unit.region_id,
            credit_code=unit.credit_code,
            folded=folded,
        )


class Migration(migrations.Migration):
    dependencies = [("members", "0004_organisations_served")]
    # Back: the table goes with the migration before, and these rows with it.
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
