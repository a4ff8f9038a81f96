"""The evaluations app and its database guards: what is final stays final."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members.errors import CODE_KEPT
from notices import kinds
from safeguards.triggers import refusal_trigger, register

FINAL = "the round is final"
SHOWN = "the results are publicised: take the publicity back first"
IN_ROUND = "EXISTS (SELECT 1 FROM evaluations_round r WHERE r.id = {row}.round_id AND r.state = '%s')"
OF_RESULT = (
    "EXISTS (SELECT 1 FROM evaluations_result s JOIN evaluations_round r ON r.id = s.round_id "
    "WHERE s.id = {row}.result_id AND r.state = '%s')"
)
TERMS = ("scheme_id", "snapshot_id", "budget", "data_start", "data_end", "publicity_start", "publicity_end")
"""What the public was told of a round beside its results."""


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
        self._register_notices()
        any_change = "INSERT OR UPDATE OR DELETE"
        register(
            refusal_trigger(
                "round_final", "evaluations_round", "UPDATE OR DELETE", FINAL, "{row}.state = 'final'"
            ),
        )
        # A comparison with NULL is neither true nor false, so a term that is emptied is asked for by itself.
        changed = " OR ".join(
            f"NEW.{name} <> OLD.{name} OR (NEW.{name} IS NULL) <> (OLD.{name} IS NULL)" for name in TERMS
        )
        register(
            refusal_trigger(
                "round_shown",
                "evaluations_round",
                "UPDATE",
                SHOWN,
                f"OLD.state = 'publicised' AND NEW.state IN ('publicised', 'final') AND ({changed})",
            )
        )
        held = dict.fromkeys(("result", "award", "reportedvalue", "givenscore", "tiedecision"), IN_ROUND)
        for word, state, said in (("final", "final", FINAL), ("shown", "publicised", SHOWN)):
            for name, inside in (held | {"indicatorscore": OF_RESULT}).items():
                table = f"evaluations_{name}"
                register(
                    refusal_trigger(f"{name}_{word}", table, any_change, said, inside % state, either=True)
                )
        register(
            refusal_trigger(
                "snapshotrow_immutable",
                "evaluations_snapshotrow",
                "UPDATE OR DELETE",
                "a snapshot is immutable",
            )
        )
        register(
            refusal_trigger(
                "snapshotrow_closed",
                "evaluations_snapshotrow",
                "INSERT",
                "the snapshot is closed",
                "NOT EXISTS (SELECT 1 FROM evaluations_metricsnapshot m "
                "WHERE m.id = {row}.snapshot_id AND m.state = 'running')",
            )
        )
        register(
            refusal_trigger(
                "snapshotrow_final",
                "evaluations_snapshotrow",
                "INSERT",
                FINAL,
                "EXISTS (SELECT 1 FROM evaluations_metricsnapshot m JOIN evaluations_round r ON r.id = m.round_id "
                "WHERE m.id = {row}.snapshot_id AND r.state = 'final')",
            )
        )
        register(
            refusal_trigger(
                "snapshotunit_immutable",
                "evaluations_snapshotunit",
                "UPDATE OR DELETE",
                "a snapshot is immutable",
            )
        )
        register(
            refusal_trigger(
                "snapshotunit_closed",
                "evaluations_snapshotunit",
                "INSERT",
                "the snapshot is closed",
                "NOT EXISTS (SELECT 1 FROM evaluations_metricsnapshot m "
                "WHERE m.id = {row}.snapshot_id AND m.state = 'running')",
            )
        )
        register(
            refusal_trigger(
                "roundstep_kept", "evaluations_roundstep", "UPDATE OR DELETE", "what was done stays on record"
            )
        )
        register(
            refusal_trigger(
                "metricsnapshot_final",
                "evaluations_metricsnapshot",
                "INSERT OR UPDATE",
                FINAL,
                IN_ROUND % "final",
                either=True,
            )
        )
        register(
            refusal_trigger(
                "metricsnapshot_immutable",
                "evaluations_metricsnapshot",
                "UPDATE OR DELETE",
                "a snapshot is immutable",
                "{row}.state NOT IN ('queued', 'running')",
            )
        )
        register(
            refusal_trigger(
                "unit_code_kept",
                "members_memberunit",
                "UPDATE",
                CODE_KEPT,
                "NEW.code <> OLD.code "
                "AND EXISTS (SELECT 1 FROM evaluations_snapshotrow s WHERE s.unit_id = OLD.id)",
            )
        )
        register(
            refusal_trigger(
                "scheme_locked",
                "evaluations_scheme",
                "UPDATE OR DELETE",
                "the scheme is locked: a change is a new version",
                "{row}.locked_at IS NOT NULL",
            )
        )

    def _register_notices(self) -> None:
        kinds.register(
            "evaluation_opened",
            subject=_("The evaluation of %(year)s has begun: report for %(unit)s"),
            body=_(
                "Please report the values the scheme asks of %(unit)s by %(until)s. "
                "What is not reported counts 0 points."
            ),
        )
        kinds.register(
            "evaluation_publicised",
            subject=_("Proposed result of %(unit)s in the evaluation of %(year)s"),
            body=_(
                "The proposed results are public until %(until)s. On your unit's page every score stands with its "
                "calculation. Objections are made in writing within this time."
            ),
        )
        kinds.register(
            "evaluation_final",
            subject=_("Final result of %(unit)s in the evaluation of %(year)s"),
            body=_("The results are final. Your unit's page shows score, grade and subsidy."),
        )
        kinds.register(
            "evaluation_withdrawn",
            subject=_("The proposed result of %(unit)s in the evaluation of %(year)s is withdrawn"),
            body=_(
                "The department took the publicity back and corrects the results: %(reason)s. They will be "
                "publicised anew, with a new time for objections."
            ),
        )
        kinds.register(
            "evaluation_reopened_for",
            subject=_("The evaluation of %(year)s is open again for %(unit)s"),
            body=_(
                "The department reopened the values of %(unit)s for a correction: %(reason)s. Please look through what "
                "is reported; the results are worked out anew afterwards."
            ),
        )
        kinds.register(
            "evaluation_terms_changed",
            subject=_("The terms of the evaluation of %(year)s have changed"),
            body=_(
                "The department changed the terms: %(reason)s. Please look at what is asked of %(unit)s; "
                "values can be reported until %(until)s."
            ),
        )
        kinds.register(
            "evaluation_reminder",
            subject=_("Values of %(unit)s for the evaluation of %(year)s are still missing"),
            body=_(
                "Values still missing: %(missing)s. Please report them by %(until)s; what is not reported counts "
                "0 points."
            ),
        )
        kinds.register(
            "evaluation_values_withdrawn",
            subject=_("Values of %(unit)s for the evaluation of %(year)s are taken back"),
            body=_("The department took back what was reported for %(unit)s. Reason: %(reason)s"),
        )
        kinds.register(
            "evaluation_expert_gone",
            subject=_("An expert of the evaluation of %(year)s is gone: %(person)s"),
            body=_(
                "%(person)s gives no more scores. Scores already given stay; whether others are enough is the "
                "department's to decide."
            ),
        )
