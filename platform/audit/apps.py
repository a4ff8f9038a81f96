"""The audit app and its guard against change."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from changes.runner import write_history_with
from safeguards import journal
from safeguards.triggers import refuse, register


class AuditConfig(AppConfig):
    """Registers the triggers that make the history append-only."""

    name = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Register the append-only guard, and the writer for rooms that reach the history from below."""
        from audit.chain import record, write

        journal.use(record)
        write_history_with(write)
        register(
            refuse("audit_append_only", "audit_entry", "UPDATE OR DELETE", "audit entries are append-only")
        )
        onward = "the head of the history only moves on"
        register(refuse("audit_head_kept", "audit_chainhead", "DELETE", onward))
        register(
            refuse("audit_head_onward", "audit_chainhead", "UPDATE", onward, "NEW.sequence <= OLD.sequence")
        )
