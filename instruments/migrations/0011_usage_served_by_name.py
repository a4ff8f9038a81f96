"""Each usage record there is names the organisation that was served; what was typed stays beside it."""

import re
import unicodedata
from collections import defaultdict

from django.db import migrations

CHUNK = 2000

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


_WHOLE = re.compile(r"\((?:校本部|院本部|所本部|本部|总部|总校|校区|本校|本院|本所|[^()]{1,12}校区)\)$")


def spellings(text):
    """Return the folded name, then the name without a bracket that only means the whole house."""
    name = fold_name(text)
    bare = _WHOLE.sub("", name)
    return (name,) if bare in ("", name) else (name, bare)


class _Names:
    """Which organisation a typed name means; a private one is made where it means nothing yet."""

    def __init__(self, Organisation):
        self.Organisation = Organisation
        self.own, self.members, self.private = {}, {}, {}
        shared = defaultdict(set)
        for row in Organisation.objects.select_related("unit"):
            if row.unit_id is None:
                if row.private_to_id is not None:
                    self.private[row.private_to_id, row.folded] = row.pk
                continue
            texts = (row.unit.name_zh, row.unit.short_name, row.unit.name_en)
            names = {fold_name(text) for text in texts if text.strip()}
            self.own[row.unit_id] = row.pk, names
            self.members[row.folded] = row.pk
            for name in names:
                shared[name].add(row.pk)
        self.short = {name: next(iter(found)) for name, found in shared.items() if len(found) == 1}

    def meant(self, unit, text, external):
        """Return the key of the organisation; None for a name of one's own house that no other has."""
        names = spellings(text)
        own, its = self.own.get(unit, (None, set()))
        if not its.isdisjoint(names):
            return own
        for known in (self.members, self.short):
            for name in names:
                if name in known:
                    return known[name]
        key = (unit, names[0])
        if key not in self.private and external:
            made = self.Organisation.objects.create(
                name_zh=text.strip()[:100], private_to_id=unit, folded=names[0]
            )
            self.private[key] = made.pk
        return self.private.get(key) if external else None


def write(apps, editor):
    """Resolve all rows, a chunk at a time; the guard of written records is put back after every migrate."""
    connection = editor.connection
    on = " ON instruments_usagerecord" if connection.vendor == "postgresql" else ""
    editor.execute(f"DROP TRIGGER IF EXISTS usage_fixed_update{on}")
    UsageRecord = apps.get_model("instruments", "UsageRecord")
    names, last = _Names(apps.get_model("members", "Organisation")), None
    while True:
        rows = UsageRecord.objects.order_by("pk")
        rows = list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK])
        if not rows:
            return
        last = rows[-1].pk
        for row in rows:
            row.folded_user = fold_name(row.user_name) if row.user_name.strip() else ""
            if row.user_unit.strip():
                row.served_id = names.meant(row.unit_id, row.user_unit, row.user_kind == "external")
        # A text of blanks alone names nobody; the constraint that follows knows only the empty one.
        blank = [row for row in rows if row.user_unit and not row.user_unit.strip()]
        for row in blank:
            row.user_unit = ""
        UsageRecord.objects.bulk_update(rows, ["folded_user", "served", "user_unit"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("instruments", "0010_usage_served"), ("members", "0005_organisation_of_each_unit")]
    # Back: the columns go with the migration before.
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
