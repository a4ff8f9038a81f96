"""Puts back a constraint that a migration made and somebody, or a restore that broke off, took away."""

from __future__ import annotations

from django.apps import AppConfig
from django.db import connections

from safeguards.pending import pending_migrations
from safeguards.triggers import REGISTER, present_parts


def restore(app: AppConfig, using: str = "default") -> list[str]:
    """Create the guards' constraints that the app's tables should have and lack; return their names.

    PostgreSQL alone has such constraints. Nothing is done while migrations are pending: they may be what is missing.
    Raises IntegrityError where rows break the rule meanwhile; they have to be mended first.
    """
    connection = connections[using]
    wanted = {name for guard in REGISTER.values() for name in guard.constraints}
    owned = [
        (model, constraint)
        for model in app.get_models()
        for constraint in model._meta.constraints
        if constraint.name in wanted
    ]
    if connection.vendor != "postgresql" or not owned:
        return []
    present = present_parts(connection)
    absent = [(model, constraint) for model, constraint in owned if constraint.name not in present]
    if not absent or pending_migrations(using):
        return []
    with connection.schema_editor() as editor:
        for model, constraint in absent:
            editor.add_constraint(model, constraint)
    return [constraint.name for _model, constraint in absent]
