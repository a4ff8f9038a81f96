"""The evaluations app and its database guards: what is final stays final."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from evaluations.guards import guards
from evaluations.messages import KINDS, TOPICS
from notices.kinds import register_all
from safeguards.triggers import register


class EvaluationsConfig(AppConfig):
    """Registers the guards of final rounds, snapshots and locked schemes."""

    name = "evaluations"
    verbose_name = _("Evaluation")

    def ready(self) -> None:
        """Register the guards, the reports and the kinds of notice."""
        # Models must be loaded before these. A capability's permissions declare its verbs by being imported.
        import evaluations.entries.permissions
        import evaluations.rounds.permissions
        import evaluations.schemes.permissions  # noqa: F401
        from evaluations.entries.dependants import register_dependants
        from evaluations.results.reports import register_reports
        from evaluations.rounds import blocking
        from evaluations.steps.queries.blockers import blockers

        blocking.ask(blockers)

        register_reports()
        register_dependants()
        register_all(KINDS, TOPICS)
        for guard in guards():
            register(guard)
