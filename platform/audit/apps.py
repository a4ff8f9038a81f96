"""The audit app, its guards against change, and the queue that the database itself fills."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from changes.runner import write_history_with
from safeguards.triggers import Trigger, refusal_trigger, register

SEALED = ("audit_leaf", "audit_node", "audit_checkpoint", "audit_chainlink")


class AuditConfig(AppConfig):
    """Registers the triggers that make the history append-only and queue each entry for its leaf."""

    name = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Register the guards, the writers for the runner and for rooms below, and every app's words."""
        from audit.history import write
        from audit.vocabulary import declare_all

        write_history_with(write)
        declare_all()
        register(
            refusal_trigger(
                "audit_append_only", "audit_entry", "UPDATE OR DELETE", "audit entries are append-only"
            )
        )
        for table in SEALED:
            register(
                refusal_trigger(f"{table}_kept", table, "UPDATE OR DELETE", "what is sealed stays as it is")
            )
        waits = "an entry waits until it has its leaf"
        register(refusal_trigger("audit_queue_fixed", "audit_unsealed", "UPDATE", waits))
        has_none = "NOT EXISTS (SELECT 1 FROM audit_leaf WHERE audit_leaf.entry_id = {row}.entry_id)"
        register(refusal_trigger("audit_queue_kept", "audit_unsealed", "DELETE", waits, has_none))
        register(_queue())


def _queue() -> Trigger:
    """Whoever writes an entry, by whatever way, queues it: in the same statement, with no query of its own."""
    insert = "INSERT INTO audit_unsealed (entry_id) VALUES (NEW.sequence)"
    name = "audit_entry_queued"
    body = f"LANGUAGE plpgsql AS $$ BEGIN {insert}; RETURN NULL; END $$"
    return Trigger(
        name,
        "audit_entry",
        sqlite=(
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} AFTER INSERT ON audit_entry FOR EACH ROW BEGIN {insert}; END",
        ),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger {body}",
            f"CREATE OR REPLACE TRIGGER {name} AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )
