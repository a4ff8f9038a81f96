"""What the database itself refuses about rounds, snapshots and schemes, whoever asks: what is final stays final."""

from __future__ import annotations

from members.errors import CODE_KEPT
from safeguards.triggers import Trigger, refusal_trigger

FINAL = "the round is final"
SHOWN = "the results are publicised: take the publicity back first"
IMMUTABLE = "a snapshot is immutable"
ANY_CHANGE, ONCE = "INSERT OR UPDATE OR DELETE", "UPDATE OR DELETE"
ROUND, SNAPSHOT, ROW = "evaluations_round", "evaluations_metricsnapshot", "evaluations_snapshotrow"
UNIT = "evaluations_snapshotunit"
IN_ROUND = "EXISTS (SELECT 1 FROM evaluations_round r WHERE r.id = {row}.round_id AND r.state = '%s')"
OF_RESULT = (
    "EXISTS (SELECT 1 FROM evaluations_result s JOIN evaluations_round r ON r.id = s.round_id "
    "WHERE s.id = {row}.result_id AND r.state = '%s')"
)
CLOSED = (
    "NOT EXISTS (SELECT 1 FROM evaluations_metricsnapshot m "
    "WHERE m.id = {row}.snapshot_id AND m.state = 'running')"
)
OF_FINAL = (
    "EXISTS (SELECT 1 FROM evaluations_metricsnapshot m JOIN evaluations_round r ON r.id = m.round_id "
    "WHERE m.id = {row}.snapshot_id AND r.state = 'final')"
)
TERMS = ("scheme_id", "snapshot_id", "budget", "data_start", "data_end", "publicity_start", "publicity_end")
"""What the public was told of a round beside its results."""
# A comparison with NULL is neither true nor false, so a term that is emptied is asked for by itself.
CHANGED = " OR ".join(
    f"NEW.{name} <> OLD.{name} OR (NEW.{name} IS NULL) <> (OLD.{name} IS NULL)" for name in TERMS
)
STAYS_SHOWN = f"OLD.state = 'publicised' AND NEW.state IN ('publicised', 'final') AND ({CHANGED})"
OF_A_ROUND = dict.fromkeys(("result", "award", "reportedvalue", "givenscore", "tiedecision"), IN_ROUND)
MEASURED = (
    "NEW.code <> OLD.code AND EXISTS (SELECT 1 FROM evaluations_snapshotrow s WHERE s.unit_id = OLD.id)"
)


def guards() -> list[Trigger]:
    """Return them all."""
    return [
        refusal_trigger("round_final", ROUND, ONCE, FINAL, "{row}.state = 'final'"),
        refusal_trigger("round_shown", ROUND, "UPDATE", SHOWN, STAYS_SHOWN),
        *(
            refusal_trigger(
                f"{name}_{word}", f"evaluations_{name}", ANY_CHANGE, said, inside % state, either=True
            )
            for word, state, said in (("final", "final", FINAL), ("shown", "publicised", SHOWN))
            for name, inside in (OF_A_ROUND | {"indicatorscore": OF_RESULT}).items()
        ),
        refusal_trigger("snapshotrow_immutable", ROW, ONCE, IMMUTABLE),
        refusal_trigger("snapshotrow_closed", ROW, "INSERT", "the snapshot is closed", CLOSED),
        refusal_trigger("snapshotrow_final", ROW, "INSERT", FINAL, OF_FINAL),
        refusal_trigger("snapshotunit_immutable", UNIT, ONCE, IMMUTABLE),
        refusal_trigger("snapshotunit_closed", UNIT, "INSERT", "the snapshot is closed", CLOSED),
        refusal_trigger("roundstep_kept", "evaluations_roundstep", ONCE, "what was done stays on record"),
        refusal_trigger(
            "metricsnapshot_final", SNAPSHOT, "INSERT OR UPDATE", FINAL, IN_ROUND % "final", either=True
        ),
        refusal_trigger(
            "metricsnapshot_immutable", SNAPSHOT, ONCE, IMMUTABLE, "{row}.state NOT IN ('queued', 'running')"
        ),
        refusal_trigger("unit_code_kept", "members_memberunit", "UPDATE", CODE_KEPT, MEASURED),
        refusal_trigger(
            "scheme_locked",
            "evaluations_scheme",
            ONCE,
            "the scheme is locked: a change is a new version",
            "{row}.locked_at IS NOT NULL",
        ),
    ]
