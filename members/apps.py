"""The members app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Regions, units, people, their roles, organisations served; registers guards, listeners, notices, dependants."""

    name = "members"
    verbose_name = _("Units and people")

    def ready(self) -> None:
        """Register the triggers, and keep the organisation of each unit as the unit is."""
        # Models must be loaded before these.
        from changes import subscribe
        from members.actions.organisations import keep_unit_organisation
        from members.dependants import register_dependants
        from members.events import UnitChanged, UnitCreated
        from members.guards import guards
        from members.messages import KINDS, TOPICS
        from notices.kinds import register_all
        from safeguards.triggers import register

        for guard in guards():
            register(guard)
        subscribe(UnitCreated, keep_unit_organisation)
        subscribe(UnitChanged, keep_unit_organisation)
        register_all(KINDS, TOPICS)
        register_dependants()
