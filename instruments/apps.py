"""The instruments app: what it registers when it is loaded."""

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from instruments.booking import messages as of_bookings
from instruments.bundles import messages as of_bundles
from instruments.inventory import messages as of_instruments
from instruments.letters import messages as of_letters
from instruments.upkeep import messages as of_upkeep
from instruments.waiting import messages as of_waiting
from notices.kinds import register_all
from safeguards.triggers import Trigger, register

# SQLite's full-text index keeps no text of its own, so it must be told the old grams to forget them.
_FORGET = "INSERT INTO catalogue_fts(catalogue_fts, rowid, grams) VALUES ('delete', OLD.id, OLD.grams)"
_LEARN = "INSERT INTO catalogue_fts(rowid, grams) VALUES (NEW.id, NEW.grams)"
SEARCH_UPKEEP = Trigger(
    "catalogue_fts",
    "instruments_instrument",
    sqlite=(
        "DROP TRIGGER IF EXISTS catalogue_fts_insert",
        (
            "CREATE TRIGGER catalogue_fts_insert AFTER INSERT ON instruments_instrument "
            f"FOR EACH ROW BEGIN {_LEARN}; END"
        ),
        "DROP TRIGGER IF EXISTS catalogue_fts_delete",
        (
            "CREATE TRIGGER catalogue_fts_delete AFTER DELETE ON instruments_instrument "
            f"FOR EACH ROW BEGIN {_FORGET}; END"
        ),
        "DROP TRIGGER IF EXISTS catalogue_fts_update",
        (
            "CREATE TRIGGER catalogue_fts_update AFTER UPDATE OF id, grams ON instruments_instrument "
            f"FOR EACH ROW BEGIN {_FORGET}; {_LEARN}; END"
        ),
    ),
    postgresql=(),
)


def _index_anew(sender: AppConfig, using: str, **_options: object) -> None:
    """Index what an earlier release has indexed in another way, after every migration; all is well on most days."""
    from instruments.inventory.actions.search import rebuild_index, reindex
    from instruments.inventory.models import Instrument
    from instruments.inventory.queries.search import indexed_otherwise

    # A migration of another app alone may come before our tables are there.
    if Instrument._meta.db_table not in connections[using].introspection.table_names():
        return
    if using == DEFAULT_DB_ALIAS and (keys := list(indexed_otherwise().values_list("pk", flat=True))):
        reindex(Instrument.objects.filter(pk__in=keys))
        rebuild_index()


class InstrumentsConfig(AppConfig):
    """Registers guards, the upkeep of the search index, notices, reports, and who listens to what."""

    name = "instruments"
    verbose_name = _("Instruments and bookings")

    def ready(self) -> None:
        """Register the triggers, the sentences of the notices and the reports."""
        # Models must be loaded before these. A capability's permissions declare its verbs by being imported.
        import instruments.booking.permissions
        import instruments.bundles.permissions
        import instruments.calendars.permissions
        import instruments.inventory.permissions
        import instruments.letters.permissions
        import instruments.replies.permissions
        import instruments.terms.permissions
        import instruments.upkeep.permissions
        import instruments.usage.permissions
        import instruments.waiting.permissions  # noqa: F401
        from changes import subscribe
        from instruments.availability import subscribers as availability
        from instruments.booking import subscribers as booking
        from instruments.booking.actions.decisions import demand_for_approval
        from instruments.booking.dependants import register_dependants
        from instruments.booking.events import VisitEnded
        from instruments.bundles import subscribers as bundles
        from instruments.calendars.attachments import register_attachments
        from instruments.catalogue import subscribers as catalogue
        from instruments.guards import guards
        from instruments.inventory import custodians
        from instruments.inventory import subscribers as inventory
        from instruments.inventory.queries.deputies import units_of_deputy
        from instruments.letters.queries.attachments import missing_for_approval
        from instruments.terms import subscribers as terms
        from instruments.upkeep import subscribers as upkeep
        from instruments.usage.actions.visits import record_visit
        from instruments.usage.reports import register_reports
        from instruments.waiting import subscribers as waiting
        from members.permissions import read_with_roles

        post_migrate.connect(_index_anew, sender=self)
        for texts in (of_bookings, of_bundles, of_instruments, of_letters, of_upkeep, of_waiting):
            register_all(texts.KINDS, texts.TOPICS)
        register_reports()
        register_attachments()
        read_with_roles(units_of_deputy)
        demand_for_approval(missing_for_approval)
        booking.subscribe_all()
        # Who keeps an instrument is settled before who is asked to decide on its requests.
        custodians.register_dependants()
        register_dependants()
        inventory.subscribe_all()
        terms.subscribe_all()
        catalogue.subscribe_all()
        availability.subscribe_all()
        upkeep.subscribe_all()
        bundles.subscribe_all()
        waiting.subscribe_all()
        subscribe(VisitEnded, record_visit)
        register(SEARCH_UPKEEP)
        for guard in guards():
            register(guard)
